#include <doctest/doctest.h>

#include "model/input_error.h"
#include "render/colour_rules.h"
#include "render/flame_label.h"
#include "render/palette.h"
#include "render/svg_writer.h"

using namespace std::string_literals;
using render::FlameLabel;
using render::XmlText;

TEST_CASE("markup in a name is text") {
  CHECK(XmlText("<script>alert('x')</script>") == "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  CHECK(XmlText("]]>&amp;\"") == "]]&gt;&amp;amp;&quot;");
}

TEST_CASE("what XML forbids is replaced, and marks that turn the direction are shown") {
  CHECK(XmlText("a\0b\x1f\x7f"s) == "a\ufffdb\ufffd\ufffd");
  CHECK(XmlText("\xff\xc0\xaf") == "\ufffd\ufffd\ufffd");
  CHECK(XmlText("\xef\xbf\xbf") == "\ufffd");
  CHECK(XmlText("\u202egnp.exe") == "\\u202egnp.exe");
  CHECK(XmlText("two\nlines\tand tab") == "two lines and tab");
  CHECK(XmlText("naïve 世界") == "naïve 世界");
}

TEST_CASE("a very long name keeps its beginning and its end, whole characters, and says what is missing") {
  std::string name;
  for (int i = 0; i < 1000; ++i) name += "é";
  const std::string cut = render::CutMiddle(name, 30);
  CHECK(cut == "éééééééééé … 1,970 bytes … ééééé");
  CHECK(render::CutMiddle("short", 30) == "short");
}

TEST_CASE("pixels have two decimals at most") {
  const auto pixels = [](double value) {
    std::string out;
    render::AppendPixels(out, value);
    return out;
  };
  CHECK(pixels(0) == "0");
  CHECK(pixels(12.5) == "12.5");
  CHECK(pixels(0.01) == "0.01");
  CHECK(pixels(0.999) == "1");
  CHECK(pixels(2.996) == "3");
  CHECK(pixels(1199.994) == "1199.99");
}

TEST_CASE("a label gives up folders, then the package, then the receiver, then its end") {
  const std::string_view name = "github.com/acme/shop/cart.(*Cart).Add";
  CHECK(FlameLabel(name, 37) == name);
  CHECK(FlameLabel(name, 36) == "cart.(*Cart).Add");
  CHECK(FlameLabel(name, 15) == "(*Cart).Add");
  CHECK(FlameLabel(name, 10) == "Add");
  CHECK(FlameLabel("cart.(*Cart).Remove.func1", 8) == "Remove.…");
  CHECK(FlameLabel("cart.(*Cart", 8) == "(*Cart");
  CHECK(FlameLabel("cart.(*Cart).", 10) == "(*Cart).");
  CHECK(FlameLabel(name, 2).empty());
  CHECK(FlameLabel("slices.SortFunc[go.shape.struct { a/b.T }]", 20) == "SortFunc[go.shape.s…");
  CHECK(FlameLabel("std::vector<a.b>::push_back", 12) == "std::vector…");
  CHECK(FlameLabel("日本語の関数", 4) == "日本語…");
}

TEST_CASE("the first colour rule that matches wins") {
  render::ColourRules rules;
  rules.Add(R"(libc\.so=#ff6b6b)");
  rules.Add("a=b=teal");
  rules.AddFile("# comment\n\n.*_lock=rgb(255, 230, 109)\r\n", "rules.txt");
  CHECK(rules.FirstMatch("[libc.so.6]") == 0);
  CHECK(rules.FirstMatch("xa=b") == 1);
  CHECK(rules.FirstMatch("spin_lock") == 2);
  CHECK(rules.FirstMatch("main") == std::nullopt);
  CHECK(rules.rules()[2].colour == render::Rgb{255, 230, 109});
}

TEST_CASE("a colour rule that can't be understood is said with its place") {
  render::ColourRules rules;
  CHECK_THROWS_WITH_AS(rules.Add("main"), "colour rule `main`: wanted EXPRESSION=COLOUR, such as 'net/http=#4ecdc4'",
                       model::UsageError);
  CHECK_THROWS_WITH_AS(
      rules.AddFile("ok=red\nmain=reddish", "r.txt"),
      "r.txt: line 2: colour rule `main=reddish`: `reddish` is no colour; wanted #rgb, #rrggbb, rgb(r,g,b) or a name",
      model::UsageError);
  CHECK_THROWS_AS(rules.Add("(=red"), model::UsageError);
}

TEST_CASE("every palette's labels can be read on light and on dark ground") {
  constexpr render::Rgb kInk{0x16, 0x16, 0x16}, kDarkInk{0xf2, 0xf2, 0xf2};
  for (const char* name : {"go", "package", "hot", "mem", "io", "wakeup", "chain", "java", "js", "perl", "python", "rust",
                           "red", "green", "blue", "aqua", "yellow", "purple", "orange"}) {
    const render::Palette palette(name);
    for (const render::Swatch& swatch : palette.swatches()) {
      INFO(name, " ", render::Hex(swatch.light), " ", render::Hex(swatch.dark));
      CHECK(render::Contrast(swatch.light, kInk) >= 4.5);
      CHECK(render::Contrast(swatch.dark, kDarkInk) >= 4.5);
    }
    CHECK(palette.Pick("net/http.(*conn).serve", model::FrameOrigin::kStandardLibrary) < palette.swatches().size());
  }
  CHECK_THROWS_AS(render::Palette("octarine"), model::UsageError);
}
