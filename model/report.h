#pragma once

#include <string>
#include <variant>
#include <vector>

#include "model/value.h"
#include "model/warnings.h"

// What an analysis hands to every renderer: a title, an answer in one line, and blocks of a few kinds. Text, JSON,
// Markdown and HTML are drawn from the same Report, so a number can't differ between them.
//
// Numbers are in base units (bytes, nanoseconds, counts); the renderer writes them as people read them, by the unit.
// JSON has every block that has a key, with base units and all rows; people see blocks in order and rows up to the limit.
namespace model {

enum class Severity { kError, kWarning, kNote };

// Free text, a paragraph a line. No key: for people only.
struct Paragraph {
  std::string text;
};

// Named single values. In JSON they are members of the document itself.
struct Field {
  std::string key;    // JSON member; empty = for people only
  std::string label;  // what people read; empty = for JSON only
  Value value;
  std::string unit;  // "", "nanoseconds", "bytes", "count", "ratio" (0..1, shown as a percentage), or a profile's own
};
struct Fields {
  std::vector<Field> rows;
};

struct TableColumn {
  std::string key;
  std::string label;
  std::string unit;        // as in Field; texts have none and are left-aligned
  bool show = true;        // false: for JSON only
  bool is_change = false;  // shown with its sign, coloured by it
};
// A table that says more as a picture: columns `y` over column `x`, by their keys. Pages draw it above the table; text and
// JSON have the table alone.
struct Chart {
  std::string x;  // empty = none
  std::vector<std::string> y;
  bool is_log_x = false;
  bool is_bars = false;  // else lines
};
// Rows of cells. In JSON: "key": [{column key: cell, ..}, ..].
struct Table {
  std::string key;
  std::string title;
  std::vector<TableColumn> columns;
  std::vector<ValueList> rows;   // each as long as columns
  size_t rows_shown = SIZE_MAX;  // people see so many, and then how many are left
  std::string empty_text;        // what people read where there are no rows
  Chart chart;
};

// One thing worth acting on, with what shows it.
struct Finding {
  Severity severity = Severity::kWarning;
  std::string title;                  // one line
  std::vector<std::string> evidence;  // a line each, shown indented; two leading spaces indent further
  Value data;                         // the JSON object
};
struct Findings {
  std::string key;  // empty = for people only
  std::vector<Finding> rows;
  std::string empty_text;
};

// Lines that are already laid out (a peer's own format, a drawing in characters). No key: for people only.
struct Lines {
  std::vector<std::string> lines;
};

// For JSON only.
struct Data {
  std::string key;
  Value value;
};

using Block = std::variant<Paragraph, Fields, Table, Findings, Lines, Data>;

struct Report {
  std::string title;   // what was looked at
  std::string answer;  // the first line: the answer to the question that was asked
  std::vector<Block> blocks;
  bool found = false;  // something a CI job should stop for: exit 1
  Warnings warnings;
};

}  // namespace model
