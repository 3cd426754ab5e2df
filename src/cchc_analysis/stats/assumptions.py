"""What each method assumes, in words to stand beside its chart."""

from __future__ import annotations

from collections.abc import Mapping

ASSUMPTIONS: Mapping[str, tuple[str, str]] = {
    "wilson": (
        "Khoảng Wilson 95%: coi hồ sơ trong kỳ là một lần rút từ quá trình giải quyết; các hồ sơ "
        "độc lập với nhau.",
        "Wilson 95% interval: the dossiers of the period are seen as one draw of a process; "
        "dossiers are independent of each other.",
    ),
    "funnel": (
        "Biểu đồ phễu: giới hạn 95% và 99,8% theo phân phối nhị thức quanh tỷ lệ chung; nằm "
        "ngoài phễu là khác thường, chưa phải là tốt hay kém; giả định các hồ sơ độc lập với nhau; "
        "giới hạn nới √φ lần khi các đơn vị phân tán hơn nhị thức (φ > 1, Spiegelhalter 2005).",
        "Funnel: binomial 95% and 99.8% limits around the pooled rate; outside it is unusual, "
        "which is not yet good or bad; assumes independent dossiers; limits are widened √φ times "
        "where areas scatter more than binomially (φ > 1, Spiegelhalter 2005).",
    ),
    "xmr": (
        "Biểu đồ XmR: trung bình ± 2,66 lần biên độ trượt trung bình; giả định các kỳ không tự "
        "tương quan; cần ít nhất 12 điểm.",
        "XmR chart: mean ± 2.66 average moving ranges; assumes no autocorrelation; at least 12 "
        "points.",
    ),
    "p_chart": (
        "Biểu đồ p: giới hạn 3 sigma nhị thức theo số hồ sơ từng kỳ; chỉnh theo Laney khi số liệu "
        "phân tán hơn nhị thức.",
        "p-chart: binomial 3-sigma limits by the dossiers of each period, widened after Laney "
        "where the data scatter more than binomially.",
    ),
    "trend": (
        "Kiểm định Mann-Kendall hai phía, chính xác cả khi trùng giá trị, trên các kỳ cùng cửa sổ; "
        "độ dốc Theil-Sen; giả định các kỳ độc lập. Mô phỏng: khi các năm liền nhau tương quan "
        "0,3, quy tắc gọi nhầm nhiều nhất 5% số chuỗi không có xu hướng.",
        "Two-sided Mann-Kendall test on same-window points, exact with ties too; Theil-Sen "
        "slope; assumes independent periods. By simulation, where neighbouring years correlate by "
        "0.3, the rule wrongly names at most 5% of series without a trend.",
    ),
    "ranks": (
        "Khoảng hạng 95%: mô phỏng từ phân phối hậu nghiệm Beta (tiên nghiệm Jeffreys) với hạt "
        "giống cố định; hạng chồng lấn thì không phân thứ bậc được.",
        "95% interval of ranks: simulated from Beta posteriors (Jeffreys prior) with a fixed "
        "seed; where they overlap the order is not established.",
    ),
    "standardised": (
        "Chuẩn hoá gián tiếp: số quan sát chia số kỳ vọng nếu từng nhóm theo tỷ lệ chung; khoảng "
        "tin cậy Poisson chính xác; hai đơn vị chỉ nên so với mức chung, không so với nhau.",
        "Indirect standardisation: observed over what the common rates of each stratum lead to "
        "expect; exact Poisson interval; each area compares with the whole, not with another.",
    ),
}
"""What each method assumes, in Vietnamese and English, to stand beside its chart."""
