"""The tags of a PDF put right: what WeasyPrint leaves in the tree that a screen reader walks is not quite what PDF/UA asks of it.

An element of the tree is a dictionary: `S` its kind, `K` its kids (references to elements, or numbers of marked content), `P` its parent.
"""

from collections.abc import Iterator
from typing import Any

_HOLDERS = ("/Span", "/NonStruct", "/Div")
"""Kinds that say nothing by themselves."""


def mend_tags(_document: Any, pdf: Any) -> None:
    """A finisher for WeasyPrint's `write_pdf`: the whole tree, from its root."""
    plain: list[Any] = [each for each in pdf.objects if isinstance(each, dict)]
    root = next(each for each in plain if each.get("Type") == "/StructTreeRoot")
    elements = {each.reference: each for each in plain if each.get("Type") == "/StructElem"}
    _leave_out_feet(pdf, plain, root, elements)
    for top in _kids(root, elements):
        _mend(top, elements)


def _leave_out_feet(pdf: Any, plain: list[Any], root: Any, elements: dict[bytes, Any]) -> None:
    """What stands in the margin of each page, which WeasyPrint tags but hangs in no tree, is an artefact: it belongs to the page, not to the text."""
    within = {each.reference for each in _all_below(root, elements)}
    outside = [each for reference, each in elements.items() if reference not in within]
    contents = {each.reference: each["Contents"] for each in plain if each.get("Type") == "/Page"}
    streams = {each.reference: each.stream for each in pdf.objects if hasattr(each, "stream")}
    for element in outside:
        for number in element["K"]:
            if isinstance(number, int):
                _as_artefact(streams[contents[element["Pg"]]], number)
        element.clear()
    gone = {each.reference for each in outside}
    for each in plain:
        for numbers in each.get("Nums", ()):
            if isinstance(numbers, list):
                numbers[:] = ["null" if number in gone else number for number in numbers]


def _as_artefact(stream: list[Any], number: int) -> None:
    """The marked content of that number in a page: "/Span <</MCID 7>> BDC"."""
    place = next(at for at, each in enumerate(stream) if isinstance(each, dict) and each.get("MCID") == number)
    stream[place - 1] = "/Artifact"
    stream[place].clear()
    stream[place].update(Type="/Pagination", Subtype="/Footer")


def _all_below(element: Any, elements: dict[bytes, Any]) -> Iterator[Any]:
    for kid in _kids(element, elements):
        yield kid
        yield from _all_below(kid, elements)


def _mend(element: Any, elements: dict[bytes, Any], *, is_head: bool = False) -> None:
    """Mend what is below, then the element itself."""
    kind, is_head = element["S"], is_head or element["S"] == "/THead"
    for kid in _kids(element, elements):
        _mend(kid, elements, is_head=is_head)
    kids = [each for each in element["K"] if not _is_empty(elements.get(each))]
    if kind == "/Table":
        kids = [own for each in kids for own in _unwrapped(elements.get(each), each, "/Table", element)]
        kids.sort(key=lambda each: elements[each]["S"] != "/Caption")  # a caption stands first
    if kind == "/L":
        if len(kids) == 1:
            kids = _unwrapped(elements.get(kids[0]), kids[0], "/L", element)
        kids = _items(kids, elements)
    if kind == "/TH":
        element["A"]["Scope"] = "/Column" if is_head else "/Row"
    element["K"][:] = kids
    for kid in _kids(element, elements):
        kid["P"] = element.reference


def _kids(element: Any, elements: dict[bytes, Any]) -> list[Any]:
    return [elements[each] for each in element["K"] if each in elements]


def _is_empty(element: Any) -> bool:
    return element is not None and element["S"] in _HOLDERS and not element["K"]


def _unwrapped(element: Any, reference: Any, kind: str, within: Any) -> list[Any]:
    """The kids of an element that only repeats the kind of what it is within; otherwise itself."""
    return list(element["K"]) if element is not None and element["S"] == kind == within["S"] else [reference]


def _items(kids: list[Any], elements: dict[bytes, Any]) -> list[Any]:
    """The items of a list: a space between two of them goes to the end of the one before."""
    items: list[Any] = []
    for each in kids:
        kid = elements[each]
        if kid["S"] == "/Span" and items:
            body = _kids(elements[items[-1]], elements)[-1]
            body["K"].append(each)
            kid["P"] = body.reference
            continue
        if kid["S"] == "/Div":
            _as_pair(kid, elements)
        items.append(each)
    return items


def _as_pair(pair: Any, elements: dict[bytes, Any]) -> None:
    """A word and what is said of it, in a list of such: the word is the label of the item."""
    pair["S"] = "/LI"
    for place, item in enumerate(_kids(pair, elements)):
        item["S"] = "/LBody" if place else "/Lbl"
        bodies = _kids(item, elements)
        if len(bodies) == 1 and bodies[0]["S"] == "/LBody":
            item["K"][:] = bodies[0]["K"]
            for kid in _kids(item, elements):
                kid["P"] = item.reference
