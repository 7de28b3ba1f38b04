#include "render/table_chart.h"

#include <doctest/doctest.h>

#include "render/plot_axis.h"

namespace {

model::Table Heap() {
  model::Table table{.key = "cycles", .title = "Collections <of & in>"};
  table.columns = {{"at", "at", "nanoseconds"}, {"heap", "heap", "bytes"}, {"goal", "goal", "bytes"}};
  table.rows = {{int64_t{0}, int64_t{1024}, int64_t{4096}},
                {int64_t{500}, int64_t{2048}, nullptr},
                {int64_t{1000}, int64_t{4096}, int64_t{4096}}};
  table.chart = {.x = "at", .y = {"heap", "goal"}};
  return table;
}

size_t Count(const std::string& text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a line per column, a dot per number, and what it is on hover") {
  const std::string svg = render::TableChart(Heap());
  CHECK(Count(svg, "<polyline") == 2);
  CHECK(Count(svg, "<circle class=\"s0\"") == 3);
  CHECK(Count(svg, "<circle class=\"s1\"") == 2);  // a cell without a number has no dot
  CHECK(svg.find("<title>at 500ns: heap 2kB</title>") != std::string::npos);
  CHECK(svg.find("aria-label=\"Collections &lt;of &amp; in&gt;\"") != std::string::npos);
}

TEST_CASE("heights are shares of the largest number, places shares of the stretch of x") {
  model::Table table = Heap();
  table.chart = {.x = "at", .y = {"heap"}};
  const std::string svg = render::TableChart(table);
  CHECK(svg.find("points=\"66.0,129.0 388.0,94.0 710.0,24.0 \"") != std::string::npos);  // 24 is the top, 164 the bottom
}

TEST_CASE("a table that asks for no picture or has nothing to draw gets none") {
  model::Table table = Heap();
  table.chart = {};
  CHECK(render::TableChart(table).empty());
  table = Heap();
  table.rows.resize(1);
  CHECK(render::TableChart(table).empty());
  table = Heap();
  table.chart.y = {"nothing of this name"};
  CHECK(render::TableChart(table).empty());
}

TEST_CASE("lines across a plot stand at round numbers") {
  CHECK(render::GridStep(100) == 20);
  CHECK(render::GridStep(4096) == 1000);
  CHECK(render::GridStep(7) == 2);
  CHECK(render::GridStep(0) == 1);
}
