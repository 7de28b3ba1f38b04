#pragma once

#include <string>

#include "model/report.h"

namespace render {

struct MarkdownOptions {
  // A line that a script finds its earlier comment by: "<!-- goprof-gate -->". Empty = none.
  std::string marker;
  // A job summary may have a mebibyte on GitHub, a comment 65,536 characters. Rows that don't fit are left out, and it says
  // so.
  size_t max_bytes = 900 * 1024;
};

// The report as GitHub's and GitLab's Markdown: the answer as a heading, findings, then tables folded away. Nothing that
// comes from a file can become markup, a link, a mention or HTML.
std::string MarkdownReport(const model::Report& report, const MarkdownOptions& options = {});

// Text as it is, where Markdown is read: in a code span where it is a name, escaped where it is prose.
std::string MarkdownText(std::string_view text);
std::string MarkdownCode(std::string_view text);

}  // namespace render
