#pragma once

#include <string>
#include <vector>

// One self-contained HTML file: no network, no handlers in the markup, scripts and styles allowed by their hash alone
// (Content-Security-Policy), so that nothing from an input can run even if escaping failed.
namespace render {

struct PageSection {
  std::string id;    // [a-z-]+, in the page's address
  std::string name;  // on its tab
  std::string html;  // already escaped
};

struct PageContent {
  std::string title;
  std::string subtitle;
  std::vector<PageSection> sections;
  std::string stacks;             // PageBytes, packed as gzip and as Base64; empty = no stacks: no flame graph, no top table
  std::string timeline;           // TimelineBytes in the same way; empty = none
  std::vector<std::string> made;  // at the foot, a line each: inputs and how they were made
};

std::string HtmlPage(const PageContent& content);

}  // namespace render
