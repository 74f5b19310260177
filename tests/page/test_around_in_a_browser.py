"""Finding one's way in a page: contents, folded tables, columns, colours that stay."""


def test_the_colours_chosen_are_remembered(page_file, open_page):
    page, _ = open_page(page_file)
    assert page.locator("#gallery").is_hidden()  # which is for who comes from there
    page.locator("#theme").click()
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(20, 23, 26)"
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate(paper) == "rgb(20, 23, 26)"
    assert page.locator("#theme").inner_text() == "Light colours"


def test_who_comes_from_the_page_of_all_studies_can_go_back(gallery_file, open_page):
    page, said = open_page(gallery_file, ready="main")
    page.locator("h2 a").first.click()
    page.wait_for_selector("html[data-ready]")
    page.locator("#gallery a").click()
    page.wait_for_selector("main .gallery")
    assert page.url == gallery_file.as_uri()
    assert said == []


def test_a_link_opens_the_table_that_it_leads_to_and_paper_has_all(page_file, open_page):
    page, _ = open_page(page_file)
    part = page.locator("#part-refit")
    assert part.get_attribute("open") is None
    page.locator('.contents a[href="#part-refit"]').click()
    page.wait_for_selector("#part-refit[open]")
    closed = "document.querySelectorAll('details:not([open])').length"
    before = page.evaluate(closed)
    assert before > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(closed) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(closed) == before


FITS = "box => box.scrollWidth <= box.clientWidth"


def test_the_best_epochs_fit_and_all_columns_are_a_click_away(page_file, open_page):
    page, _ = open_page(page_file, width=1024)
    part = page.locator("#part-best_epoch")
    seen = part.locator("th:visible").all_text_contents()
    assert seen[:4] == ["alpha", "backend", "best epoch", "censored"]
    assert "baseline loss" not in seen  # there is none in this study
    assert "validation loss" in seen
    assert "runs" not in seen
    assert part.locator(".scroll").evaluate(FITS)
    part.get_by_label("All").check()
    assert "runs" in part.locator("th:visible").all_text_contents()
    assert part.locator("th:visible").count() == part.locator("th").count()
    part.get_by_label("All").uncheck()
    page.set_viewport_size({"width": 700, "height": 900})  # of paper
    page.emulate_media(media="print")
    assert part.locator(".scroll").evaluate(FITS)
    # Chromium leaves buttons out of the header that it repeats on the next page
    shown = part.locator("th button").first.evaluate("button => getComputedStyle(button).display")
    assert shown == "contents"
    assert not page.get_by_text("Choose a column's name").is_visible()
