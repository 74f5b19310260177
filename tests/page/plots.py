"""Reading the plot of a page in a browser."""


def curves(page):
    """Name the curves that the plot shows."""
    return page.evaluate(
        "document.getElementById('plot').data.filter(t => ['mean', 'run'].includes(t.meta.kind)).map(t => t.name)"
    )


def traces(page, kind):
    """Give the traces of a kind that the plot shows, their numbers as lists."""
    return page.evaluate(
        "kind => document.getElementById('plot').data.filter(t => t.meta.kind === kind).map(t => ({"
        "x: Array.from(t.x), y: Array.from(t.y), name: t.name, group: t.legendgroup, shown: t.visible,"
        "legend: t.showlegend, colour: t.line?.color, symbol: t.marker?.symbol, fill: t.marker?.color,"
        "partition: t.meta.partition, point: t.meta.one?.point}))",
        kind,
    )


def farthest(page):
    return max(max(trace["x"]) for trace in traces(page, "mean"))


def toggle(page, name, value):
    page.locator(f'input[name="{name}"][value="{value}"]').click()
