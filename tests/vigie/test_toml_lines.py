from __future__ import annotations

from vigie.toml_lines import statements

TEXT = '''# a comment = "not a key"
top = 1

[watch]   # header
name = """
[source]
id = "inside a text"
"""
territory = [
    "67",  # ["68"]
    "68",
]
"quoted key" = { a = 1 }
a.b = 2

[[source]]
id = "one"
[[source]]
id = "two"
'''


def found(text):
    return [(s.start, s.end, s.table, s.index, s.key) for s in statements(text)]


def test_each_statement_has_its_lines_table_and_key():
    assert found(TEXT) == [
        (2, 2, "", 0, "top"),
        (4, 4, "watch", 0, None),
        (5, 8, "watch", 0, "name"),
        (9, 12, "watch", 0, "territory"),
        (13, 13, "watch", 0, "quoted key"),
        (14, 14, "watch", 0, "a"),
        (16, 16, "source", 0, None),
        (17, 17, "source", 0, "id"),
        (18, 18, "source", 1, None),
        (19, 19, "source", 1, "id"),
    ]


def test_windows_line_ends_count_the_same():
    assert found(TEXT.replace("\n", "\r\n")) == found(TEXT)


def test_nested_headers_have_dotted_names():
    assert [s.table for s in statements("[a.b]\n[[c]]\n[[c.d]]\n[c.d.e]\n")] == [
        "a.b",
        "c",
        "c.d",
        "c.d.e",
    ]


def test_a_list_of_thousands_of_lines_is_gone_through_in_a_moment():
    lines = "".join(f'    "{number:05}",\n' for number in range(20_000))
    assert found(f"[watch]\nterritory = [\n{lines}]\nname = 'x'\n")[1:] == [
        (2, 20_003, "watch", 0, "territory"),
        (20_004, 20_004, "watch", 0, "name"),
    ]
