#include "proto/folded/folded_columns.h"

#include <doctest/doctest.h>

#include "model/input_error.h"

namespace {

using proto::FoldedColumns;

FoldedColumns Columns(std::string_view before, std::string_view after) {
  FoldedColumns columns;
  columns.Add(FoldedColumns::Side::kBefore, "before", *proto::OpenBytes("before", before));
  columns.Add(FoldedColumns::Side::kAfter, "after", *proto::OpenBytes("after", after));
  return columns;
}

std::string Text(const FoldedColumns& columns) {
  std::string text;
  columns.Write([&](std::string_view part) { text += part; });
  return text;
}

}  // namespace

// What difffolded.pl and inferno-diff-folded print for these, once sorted.
TEST_CASE("each stack has its value on either side, and 0 where it is not there") {
  CHECK(Text(Columns("main;a 3\nmain;b 4\n", "main;c 5\nmain;a 7\n")) == "main;a 3 7\nmain;b 4 0\nmain;c 0 5\n");
}

TEST_CASE("a stack that stands in several lines is added up, fractions too") {
  CHECK(Text(Columns("a 1\na 2\n", "a 0.5\na 0.75\n")) == "a 3 1.25\n");
}

TEST_CASE("blanks in names and comments and the end of lines are as in any folded file") {
  CHECK(Text(Columns("# comment\noperator new;f 1\r\n", "operator new;f 2")) == "operator new;f 1 2\n");
}

TEST_CASE("normalised, the values before have the total of those after") {
  FoldedColumns columns = Columns("a 1\nb 3\n", "a 6\nb 2\n");
  columns.Normalize();
  CHECK(Text(columns) == "a 2 6\nb 6 2\n");
}

TEST_CASE("lines that are none are counted, and a file without a single one is refused") {
  const FoldedColumns columns = Columns("a 1\nnonsense\n", "a 1\n");
  REQUIRE(columns.warnings().kinds().size() == 1);
  CHECK(columns.warnings().kinds()[0].count == 1);
  CHECK_THROWS_AS(Columns("nonsense\n", "a 1\n"), model::InputError);
}
