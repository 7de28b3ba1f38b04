#pragma once

#include <string>

#include "model/report.h"

namespace render {

// A report as a piece of HTML: its answer, then its blocks. All of it can be read without scripts; with them, tables sort
// and filter (assets/page_tables.js). No ids, no styles, no handlers.
std::string HtmlReport(const model::Report& report);

// The same as a page of its own that needs nothing else.
std::string HtmlReportPage(const model::Report& report);

}  // namespace render
