#include "render/frame_notes.h"

#include <doctest/doctest.h>

#include "model/input_error.h"

TEST_CASE("a function, then its attributes, separated by tabs") {
  const auto notes = render::ParseFrameNotes(
      "main.serve\ttitle=every request\thref=https://example.org/a?b=c#d\ttarget=_blank\r\n\n# a "
      "remark\nmain.gc\thref=runbook.html\n",
      "notes.txt");
  REQUIRE(notes.size() == 2);
  CHECK(notes.at("main.serve").title == "every request");
  CHECK(notes.at("main.serve").href == "https://example.org/a?b=c#d");
  CHECK(notes.at("main.serve").target == "_blank");
  CHECK(notes.at("main.gc").href == "runbook.html");
}

TEST_CASE("what would run code, and what nobody knows, is refused with its line") {
  CHECK_THROWS_WITH_AS(render::ParseFrameNotes("f\ttitle=x\ng\thref=JavaScript:alert(1)\n", "notes.txt"),
                       "notes.txt: line 2: href=JavaScript:alert(1): wanted an http or https address", model::UsageError);
  CHECK_THROWS_WITH_AS(render::ParseFrameNotes("f\tonclick=alert(1)\n", "notes.txt"),
                       "notes.txt: line 1: attribute `onclick`: wanted title, href or target", model::UsageError);
  CHECK_THROWS_AS(render::ParseFrameNotes("f\tdata=data:text/html,x\n", "n"), model::UsageError);
  CHECK_THROWS_AS(render::ParseFrameNotes("only a name\n", "n"), model::UsageError);
}
