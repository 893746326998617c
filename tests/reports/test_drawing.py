import re

import matplotlib as mpl
import pytest

from nas.errors import UserError
from nas.reports import drawing, example, report
from nas.reports.figures import collect
from nas.reports.style import RC


@pytest.mark.parametrize("kind", example.MAPS)
def test_every_picture_of_the_page_has_a_name_and_is_drawn(kind: str) -> None:
    content = example.report(kind)
    pictures = [one for those in collect(content).values() for one in those]
    assert drawing.names(content) == tuple(one.name for one in pictures)
    before = dict(mpl.rcParams)
    for picture in pictures[::3]:
        drawn = drawing.figure(content, picture.name)
        assert tuple(drawn.get_size_inches()) == pytest.approx(picture.size)
        assert drawn.axes
    assert dict(mpl.rcParams) == before


def test_it_has_the_style_of_the_report_also_where_it_is_drawn_later() -> None:
    axes = drawing.figure(example.report("line")).axes[0]
    sizes = {label.get_fontsize() for label in axes.get_xticklabels()}
    assert sizes == {RC["xtick.labelsize"]}


def test_a_kind_stands_for_its_only_picture() -> None:
    content = example.report()
    assert drawing.figure(content, "error").axes[0].get_title() == "|u − reference|"
    several = "importance: there are several; expected one of importance_activation, importance_d"
    with pytest.raises(UserError, match=re.escape(several)):
        drawing.figure(content, "importance")


def test_without_a_map_there_is_no_solution_to_draw() -> None:
    bare = report.of(example.records())
    with pytest.raises(UserError, match=r"solution: no such picture of this campaign; expected on"):
        drawing.figure(bare)


def test_of_many_names_a_handful_is_told_the_near_ones_first() -> None:
    content = example.report()
    there = drawing.names(content)
    with pytest.raises(UserError, match="no such picture of this campaign; expected one of") as far:
        drawing.figure(content, "nope")
    told = str(far.value)
    assert told.endswith(f", … ({len(there)} in all: result.figures)")
    assert sum(name in told for name in there) == 6
    with pytest.raises(UserError, match=r"did you mean importance_depth\? There are importance_d"):
        drawing.figure(content, "importence_depth")
    with pytest.raises(UserError, match=r"did you mean learning_curves\?"):
        drawing.figure(content, "curves")
