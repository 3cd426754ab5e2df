"""The sentences of findings, by what they are about; Vietnamese and English side by side."""

from __future__ import annotations

from collections.abc import Mapping

Sentence = Mapping[str, str]

BREAKS: Mapping[str, Sentence] = {
    "sum": {
        "vi": "{left} in là {left_value}{left_at}, nhưng cộng các phần được {right_side} = "
        "{right_value}: chênh {gap}.",
        "en": "{left} is printed as {left_value}{left_at}, but its parts add up to {right_side} = "
        "{right_value}: a gap of {gap}.",
    },
    "equal": {
        "vi": "{left} in là {left_value}{left_at}, còn {right} in là {right_value}{right_at}: "
        "hai số này phải bằng nhau nhưng chênh {gap}.",
        "en": "{left} is printed as {left_value}{left_at} and {right} as {right_value}{right_at}: "
        "the two should be equal and differ by {gap}.",
    },
    "worked_out": {
        "vi": "{left} in là {left_value}{left_at}, nhưng tính từ các số khác được {right_side} = "
        "{right_value}: chênh {gap}.",
        "en": "{left} is printed as {left_value}{left_at}, but the other figures give "
        "{right_side} = {right_value}: a gap of {gap}.",
    },
    "sides": {
        "vi": "{left_all}: {left_side_value}{left_at}; {right_all}: {right_side_value}"
        "{right_at}. Hai bên phải bằng nhau nhưng chênh {gap}.",
        "en": "{left_all}: {left_side_value}{left_at}; {right_all}: {right_side_value}"
        "{right_at}. Both should be equal and differ by {gap}.",
    },
    "partial": {
        "vi": "Các phần đã in của {left} cộng lại là {right_side} = {right_value}, đã vượt tổng "
        "{left_value}{left_at}; phần chưa in không thể âm.",
        "en": "The printed parts of {left} add up to {right_side} = {right_value}, already more "
        "than the total of {left_value}{left_at}; what is not printed cannot be negative.",
    },
    "part": {
        "vi": "{left} in là {left_value}{left_at}, lớn hơn tổng chứa nó: {right} là "
        "{right_value}{right_at}.",
        "en": "{left} is printed as {left_value}{left_at}, more than the whole that holds it: "
        "{right}, {right_value}{right_at}.",
    },
    "not_stated": {
        "vi": "{left} in là {left_value}{left_at}, các phần đã nêu cộng lại là {right_side} = "
        "{right_value}: còn {gap} không thuộc phần nào; {rest} không được nêu.",
        "en": "{left} is printed as {left_value}{left_at} and the parts that are stated make "
        "{right_side} = {right_value}: {gap} are in none of them; {rest} are not stated.",
    },
    "also": {
        "vi": " Cũng vậy ở {gaps}.",
        "en": " It is the same at {gaps}.",
    },
    "whole": {
        "vi": "{left} in là {printed}%{left_at}, nhưng không số nguyên nào của mẫu số cho tỷ lệ "
        "đó: {left_side} = {left_value}.",
        "en": "{left} is printed as {printed}%{left_at}, but no whole number of its denominator "
        "gives that share: {left_side} = {left_value}.",
    },
    "group": {
        "vi": "{left} in là {left_value}{left_at}, nhưng cộng từng dòng được {right_side} = "
        "{right_value}: chênh {gap}.",
        "en": "{left} is printed as {left_value}{left_at}, but the rows add up to {right_side} = "
        "{right_value}: a gap of {gap}.",
    },
    "ratio": {
        "vi": "{left} in là {left_value}%{left_at}, nhưng tính từ tử số và mẫu số được "
        "{right_side} = {right_value}%.",
        "en": "{left} is printed as {left_value}%{left_at}, but its numerator and denominator "
        "give {right_side} = {right_value}%.",
    },
    "pooled": {
        "vi": "{left} in là {left_value}%{left_at}, nhưng gộp số của hai cấp được {right_side} = "
        "{right_value}%; tỷ lệ chung phải tính lại từ tử số và mẫu số, không lấy trung bình.",
        "en": "{left} is printed as {left_value}%{left_at}, but pooling the counts of both "
        "levels gives {right_side} = {right_value}%; a pooled rate is recomputed from its "
        "parts, never averaged.",
    },
    "complement": {
        "vi": "Các tỷ lệ của cùng một tổng phải đủ 100%, nhưng {left} in là "
        "{left_value}%{left_at}, trong khi {right_side} = {right_value}%.",
        "en": "Rates of one whole make 100%, but {left} is printed as {left_value}%{left_at}, "
        "while {right_side} = {right_value}%.",
    },
    "order": {
        "vi": "{left_all}: {left_side_value}{left_at}, lớn hơn {right_all}: "
        "{right_side_value}{right_at}; số trước không thể vượt số sau.",
        "en": "{left_all}: {left_side_value}{left_at}, more than {right_all}: "
        "{right_side_value}{right_at}; the former cannot exceed the latter.",
    },
    "truncation": {
        "vi": "{left} in là {left_value}{left_at}, trong khi tính ra {right_side} = "
        "{right_value}: chữ số sau bị cắt bỏ thay vì làm tròn.",
        "en": "{left} is printed as {left_value}{left_at}, while {right_side} = {right_value}: "
        "further digits were cut off instead of rounded.",
    },
    "rounding": {
        "vi": "{left} in là {left_value}{left_at}, trong khi tính ra {right_side} = "
        "{right_value}: lệch chưa đến một đơn vị của chữ số cuối.",
        "en": "{left} is printed as {left_value}{left_at}, while {right_side} = {right_value}: "
        "off by less than one unit of the last digit.",
    },
    "all_or_none": {
        "vi": "{left} in tròn {left_value}%{left_at}, trong khi tính ra {right_side} = "
        "{right_value}%: làm tròn đúng, nhưng không phải là {all_or_none}.",
        "en": "{left} is printed as a round {left_value}%{left_at}, while {right_side} = "
        "{right_value}%: rounded rightly, yet it is not {all_or_none}.",
    },
    "dates": {
        "vi": "{left} là {left_value} (ngày {left_date}{left_comma}), còn {right_side} = "
        "{right_value} theo số của ngày khác ({other_dates}): hai bên khác ngày đếm, cần đối "
        "chiếu chứ chưa phải là sai.",
        "en": "{left} is {left_value} ({left_date}{left_comma}), while {right_side} = "
        "{right_value} with figures of another day ({other_dates}): the days of counting differ, "
        "so this is to be reconciled and no error yet.",
    },
    "days": {
        "vi": "{left} là {left_value} (ngày {left_date}{left_comma}), còn {right} là "
        "{right_value} (ngày {right_date}{right_comma}): hai bên khác ngày đếm, cần đối chiếu "
        "chứ chưa phải là sai.",
        "en": "{left} is {left_value} ({left_date}{left_comma}), while {right} is {right_value} "
        "({right_date}{right_comma}): the days of counting differ, so this is to be reconciled "
        "and no error yet.",
    },
    "definition": {
        "vi": "Nguồn này không theo cách tính nào trong các cách đã biết ({rivals}). Theo cách "
        "chính thức, {left} in là {left_value}{left_at}, nhưng {right_side} = {right_value}.",
        "en": "The source follows none of the known definitions ({rivals}). By the official one, "
        "{left} is printed as {left_value}{left_at}, but {right_side} = {right_value}.",
    },
    "followed": {
        "vi": " Ở chỗ khác nguồn này theo đúng cách tính đó.",
        "en": " Elsewhere the source does follow this definition.",
    },
    "stated_twice": {
        "vi": "{left} được in hai giá trị trong cùng một văn bản: {left_value}{left_at} và "
        "{right_value}{right_at}. Bộ dữ liệu lấy {left_value}.",
        "en": "{left} is printed with two values in one document: {left_value}{left_at} and "
        "{right_value}{right_at}. The data set takes {left_value}.",
    },
    "same_as": {
        "vi": " Số {right_value} cũng là số của {other}{other_at}.",
        "en": " {right_value} is also the number of {other}{other_at}.",
    },
    "cut_off": {
        "vi": " Một bên cắt bỏ các chữ số sau thay vì làm tròn.",
        "en": " One of them cut off further digits instead of rounding.",
    },
    "two_sources": {
        "vi": "{left}: nguồn {left_source} in {left_value}{left_at}, nguồn {right_source} in "
        "{right_value}{right_at} cho cùng kỳ.",
        "en": "{left}: source {left_source} prints {left_value}{left_at}, source {right_source} "
        "{right_value}{right_at} for the same period.",
    },
    "window": {
        "vi": "{right} lũy kế đến {right_date} là {right_value}{right_at}, ít hơn "
        "{left_value}{left_at} lũy kế đến {left_date} từ cùng ngày đầu kỳ.",
        "en": "{right} up to {right_date} is {right_value}{right_at}, less than the "
        "{left_value}{left_at} counted up to {left_date} from the same first day.",
    },
    "opening": {
        "vi": "{right} là {right_value}{right_at}, trong khi {left} cuối kỳ trước "
        "({left_date}) là {left_value}{left_at}.",
        "en": "{right} is {right_value}{right_at}, while {left} at the end of the period before "
        "({left_date}) is {left_value}{left_at}.",
    },
    "again": {
        "vi": " Các kỳ đến {dates} cũng chuyển sang số ấy.",
        "en": " The windows up to {dates} take over the same number.",
    },
    "magnitude": {
        "vi": "{left} là {left_value}{left_at}, trong khi các kỳ khác của cùng địa bàn cho thấy "
        "khoảng {right_value}: gấp hoặc kém nhau quá nhiều lần.",
        "en": "{left} is {left_value}{left_at}, while other periods of the same area suggest "
        "about {right_value}: too many times more or less.",
    },
    "between": {
        "vi": "{left} in là {left_value}%{left_at}, nằm ngoài khoảng giữa các tỷ lệ của cấp "
        "huyện và cấp xã (gần nhất là {right_value}%); tỷ lệ chung phải ở giữa.",
        "en": "{left} is printed as {left_value}%{left_at}, outside the range of the rates of "
        "the two levels (the nearest is {right_value}%); a pooled rate lies between them.",
    },
    "repeated": {
        "vi": "Mọi số lũy kế lớn đến {right_date} đều bằng số đến {left_date} (nguồn "
        "{left_source}), như {right} là {right_value}{right_at}: có lẽ chép lại số của kỳ đó.",
        "en": "All larger counts up to {right_date} are those up to {left_date} (source "
        "{left_source}), such as {right}: {right_value}{right_at}; perhaps the figures of that "
        "period were copied.",
    },
    "scale": {
        "vi": "{left} in là {left_value}%{left_at}, không cùng thang với các tỷ lệ khác; có lẽ là "
        "phần của một, tức {right_value}%.",
        "en": "{left} is printed as {left_value}%{left_at}, not on the scale of the other rates; "
        "perhaps it is a share of one, {right_value}%.",
    },
    "rank": {
        "vi": "{left} in là {left_value}{left_at}, nhưng theo các giá trị được xếp thì là "
        "{right_value} hoặc có đơn vị giá trị thấp hơn đứng trước.",
        "en": "{left} is printed as {left_value}{left_at}; the values that are ranked give "
        "{right_value}, or somebody with a smaller value stands before.",
    },
    "swapped": {
        "vi": "{left} ({left_area}) là {left_value}{left_at}, của {right_area} là {right_value}"
        "{right_at}: mỗi bên mang số thường thấy ở bên kia; có lẽ hai đơn vị bị đổi chỗ.",
        "en": "{left} of {left_area} is {left_value}{left_at}, that of {right_area} {right_value}"
        "{right_at}: each has the size that is usual in the other; perhaps the two were swapped.",
    },
    "hundred": {
        "vi": "{left} in là {left_value}%{left_at}, vượt quá 100%.",
        "en": "{left} is printed as {left_value}%{left_at}, more than 100%.",
    },
    "cell": {
        "vi": "{where}: {why}",
        "en": "{where}: {why}",
    },
    "cells": {
        "vi": "{count} số liệu ({figures}, …): {why}",
        "en": "{count} figures ({figures}, …): {why}",
    },
}
"""What is wrong, by the shape of the rule."""

EXTREMES: Mapping[float, Sentence] = {
    0.0: {"vi": "không có gì", "en": "none at all"},
    100.0: {"vi": "tất cả", "en": "all of them"},
}
"""What a rate of 0% or 100% says of its parts."""

REST: Mapping[str, Sentence] = {
    "returned": {"vi": "hồ sơ trả lại, rút", "en": "those returned or withdrawn"},
    "suspended": {"vi": "hồ sơ tạm dừng, chờ bổ sung", "en": "those suspended or incomplete"},
    "other": {"vi": "loại khác", "en": "those of another kind"},
}
"""What may be missing from a sum that falls short of its total."""

ALL_OF: Sentence = {"vi": " và ", "en": " and "}
"""Between the names of several quantities."""

CAUSES: Mapping[str, Sentence] = {
    "closing": {
        "vi": " Có thể {figure} in {printed}{at} phải là {closing}{slip}: khi đó {scope_of}.",
        "en": " Likely {figure}, printed as {printed}{at}, should be {closing}{slip}: then "
        "{scope_of}.",
    },
    "one_rule": {"vi": "quy tắc này khớp", "en": "this rule closes"},
    "two_rules": {
        "vi": "cả hai quy tắc bị vi phạm đều khớp",
        "en": "both broken rules close",
    },
    "all_rules": {
        "vi": "cả {count} quy tắc bị vi phạm đều khớp",
        "en": "all {count} broken rules close",
    },
    "block": {
        "vi": " Các số toàn địa bàn khớp với nhau nhưng không khớp tổng hai cấp; nhiều khả năng "
        "chúng tính đến ngày khác hoặc theo cách đếm khác.",
        "en": " The whole-district figures agree with each other but not with the two levels; "
        "likely they run to another day or count something else.",
    },
    "none": {
        "vi": " Không có một số nào mà chỉ sửa riêng nó là đủ khớp.",
        "en": " No single figure, changed alone, would make it close.",
    },
    "open": {
        "vi": " Sửa một trong nhiều số đều có thể làm cho khớp; không có dấu hiệu nào cho biết số "
        "nào sai.",
        "en": " Changing one of several figures would make it close; nothing tells which is wrong.",
    },
    "equals": {
        "vi": " Sửa riêng một trong các số sau là khớp: {each}; không có dấu hiệu nào cho "
        "biết số nào sai.",
        "en": " Any one of these, changed alone, would make it close: {each}; nothing tells "
        "which is wrong.",
    },
    "alone": {
        "vi": " Sửa riêng {each} thì khớp; chưa đủ để nói số ấy sai.",
        "en": " Changed alone, {each} would make it close; that does not show that it is wrong.",
    },
    "equal": {
        "vi": "{figure} từ {printed}{at} thành {closing}",
        "en": "{figure} from {printed}{at} to {closing}",
    },
    "separator": {
        "vi": " (có lẽ dấu phân cách đặt sai chỗ)",
        "en": " (perhaps a misplaced separator)",
    },
    "one_digit": {"vi": " (khác một chữ số)", "en": " (one digit differs)"},
    "swapped": {"vi": " (hai chữ số đổi chỗ)", "en": " (two digits swapped)"},
    "dropped": {"vi": " (có lẽ rơi mất một chữ số)", "en": " (perhaps a digit was dropped)"},
    "added": {"vi": " (có lẽ thừa một chữ số)", "en": " (perhaps a digit too many)"},
}
"""What may have happened."""
