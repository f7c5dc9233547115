def test_a_list_as_excel_in_vietnam_saves_it_keeps_who_stands_below_whom(node: Any, tmp_path: Path) -> None:
    path = tmp_path / "đơn vị.csv"
    path.write_text("Tên đơn vị;Tên tắt;Trực thuộc\nPhòng Đo đạc;ĐĐ;\nTổ nước;TN;Phòng Đo đạc\n", "utf-8-sig")
    assert run("import", "offices", path)[0] == 0
    assert Office.objects.get(name="Tổ nước").parent == Office.objects.get(name="Phòng Đo đạc")


def test_a_bad_office_is_one_line_and_the_others_are_kept(node: Any, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.csv"
    path.write_text("Tên đơn vị,Từ ngày\nPhòng Nước,31/02/2026\nPhòng Mỏ,\n", "utf-8")
    code, lines = run("import", "offices", path)
    assert (code, len(lines)) == (1, 2)
    assert lines[0].startswith("dòng 2, Phòng Nước:")
    assert list(Office.objects.filter(name__in=["Phòng Nước", "Phòng Mỏ"]).values_list("name", flat=True)) == [
        "Phòng Mỏ"
    ]


def test_made_up_records_say_so_in_the_workbook(node: Any, leader: Officer, tmp_path: Path) -> None:
    make_task(make_programme(node.agency, leader, illustrative=True), node.water, illustrative=True)
    assert run("export", "tasks", tmp_path / "viec.xlsx")[0] == 0
    assert "minh hoạ" in cells(tmp_path / "viec.xlsx").lower()


def test_nobody_to_act_for_is_one_line(node: Any, tmp_path: Path) -> None:
    code, lines = run("import", "tasks", sheet(tmp_path / "so.xlsx", ROW))
    assert (code, len(lines)) == (1, 1)
    assert "Chưa có cán bộ đầu mối hoặc lãnh đạo" in lines[0]
