#include <doctest/doctest.h>

#include "render/html_data.h"
#include "render/html_page.h"
#include "render/html_report.h"

using namespace std::string_literals;

TEST_CASE("Base64 is RFC 4648's") {
  CHECK(render::Base64("") == "");
  CHECK(render::Base64("f") == "Zg==");
  CHECK(render::Base64("fo") == "Zm8=");
  CHECK(render::Base64("foobar") == "Zm9vYmFy");
  CHECK(render::Base64("\xff\xfe\x00"s) == "//4A");
  CHECK(render::Base64OfHex("666f6f626172") == "Zm9vYmFy");
}

TEST_CASE("a report becomes HTML in which names are text") {
  model::Report report{.title = "t", .answer = "<b>bad</b>", .found = true};
  report.blocks.push_back(model::Fields{{{.key = "k", .label = "a & b", .value = int64_t{1536}, .unit = "bytes"}}});
  report.blocks.push_back(model::Table{.key = "rows",
                                       .title = "Rows",
                                       .columns = {{.key = "v", .label = "change", .unit = "nanoseconds", .is_change = true},
                                                   {.key = "n", .label = "name"},
                                                   {.key = "x", .label = "hidden", .show = false}},
                                       .rows = {{int64_t{1500}, "</td><script>", 7}, {int64_t{-5}, "b", 8}}});
  report.blocks.push_back(model::Findings{.key = "f",
                                          .rows = {{.severity = model::Severity::kError,
                                                    .title = "ring <1>",
                                                    .evidence = {"  g1"},
                                                    .data = model::ValueObject{{"a", "'\"<>"}}}}});
  const std::string html = render::HtmlReport(report);
  CHECK(html.find("<p class=\"answer bad\">&lt;b&gt;bad&lt;/b&gt;</p>") != std::string::npos);
  CHECK(html.find("<dt>a &amp; b</dt><dd>1.50kB</dd>") != std::string::npos);
  CHECK(html.find("<td class=\"number more\" data-v=\"1500\">+1.50us</td><td>&lt;/td&gt;&lt;script&gt;</td></tr>") !=
        std::string::npos);
  CHECK(html.find("<td class=\"number less\" data-v=\"-5\">-5ns</td>") != std::string::npos);
  CHECK(html.find("hidden") == std::string::npos);
  CHECK(html.find("<section class=\"finding error\"><h3>ring &lt;1&gt;</h3><pre>  g1\n</pre>") != std::string::npos);
}

TEST_CASE("tables that are for machines are not in the page") {
  model::Report report;
  report.blocks.push_back(
      model::Table{.key = "all", .columns = {{.key = "n", .label = "n"}}, .rows = {{"x"}}, .rows_shown = 0});
  report.blocks.push_back(model::Table{.key = "none", .columns = {{.key = "n", .label = "n"}}});
  report.blocks.push_back(model::Data{"d", 1});
  CHECK(render::HtmlReport(report).empty());
}

TEST_CASE("a page allows its own scripts and styles by their hash, and nothing else") {
  const std::string page = render::HtmlPage({.title = "</title><script>"});
  CHECK(page.find("<title>&lt;/title&gt;&lt;script&gt;</title>") != std::string::npos);
  const size_t begin = page.find("content=\"default-src 'none'");
  REQUIRE(begin != std::string::npos);
  const std::string policy = page.substr(begin, page.find("\">", begin) - begin);
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(policy.find("http") == std::string::npos);
  size_t scripts = 0, hashes = 0;
  for (size_t at = page.find("<script>"); at != std::string::npos; at = page.find("<script>", at + 1)) ++scripts;
  for (size_t at = policy.find("sha256-"); at != std::string::npos; at = policy.find("sha256-", at + 1)) ++hashes;
  CHECK(hashes == scripts + 2);  // the styles of the page and of the drawing of who waits for whom
  CHECK(page == render::HtmlPage({.title = "</title><script>"}));
}
