from nudge.data import ColumnType, read_table


def test_a_file_is_read_as_columns_of_numbers_words_and_dates(tmp_path):
    path = tmp_path / "houses.csv"
    path.write_text("price;town;sold\n1,5;Åbo;31.12.2020\n2,5;Oslo;1.1.2021\nNA;Åbo;\n", "utf-8")
    table = read_table(path)
    assert len(table) == 3
    assert table.origin == "houses.csv: 3 rows, 3 columns; semicolon-separated, UTF-8"
    assert table["price"].type == ColumnType("number", decimal=",")
    assert table["price"].values[:2].tolist() == [1.5, 2.5]
    assert table["town"].words == ("Oslo", "Åbo")
    assert table["town"].values.tolist() == [1, 0, 1]
    assert table["sold"].gap.tolist() == [False, False, True]
    assert table["sold"].values[1] - table["sold"].values[0] == 86_400
