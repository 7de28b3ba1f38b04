#include "render/html_page.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "render/assets.h"
#include "render/html_data.h"
#include "render/svg_writer.h"

namespace render {
namespace {

constexpr std::array<std::string_view, 12> kScripts = {
    "label.js",         "page_format.js", "page_canvas.js", "page_data.js",          "page_flame.js",    "page_top.js",
    "page_sandwich.js", "page_stacks.js", "page_tables.js", "page_timeline_data.js", "page_timeline.js", "page_main.js",
};

std::string Policy() {
  std::string scripts;
  for (const std::string_view script : kScripts) scripts += fmt::format(" 'sha256-{}'", Base64OfHex(AssetSha256(script)));
  return fmt::format(
      "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{}' 'sha256-{}'; script-src{}",
      Base64OfHex(AssetSha256("page.css")), Base64OfHex(AssetSha256("wait_graph.css")), scripts);
}

void AppendHead(std::string& out, const PageContent& content) {
  out += fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" "
      "content=\"no-referrer\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\"><title>{}</title>\n<style>",
      Policy(), XmlText(CutMiddle(content.title, 300)));
  out += Asset("page.css");
  out += "</style></head>\n";
}

void AppendBody(std::string& out, const PageContent& content) {
  out += fmt::format(
      "<body><header><h1>{}</h1><p class=\"quiet\">{}</p></header>\n<nav role=\"tablist\" "
      "aria-label=\"Views\"></nav>\n<main>\n",
      XmlText(CutMiddle(content.title, 300)), XmlText(content.subtitle));
  for (const PageSection& section : content.sections) {
    out += fmt::format("<section class=\"view\" id=\"{}\" data-name=\"{}\"><h2>{}</h2>\n", section.id, XmlText(section.name),
                       XmlText(section.name));
    out += section.html;
    out += "</section>\n";
  }
  out += "</main>\n<footer class=\"quiet\">";
  for (const std::string& line : content.made) out += fmt::format("<p>{}</p>", XmlText(CutMiddle(line, 1000)));
  out += "</footer>\n";
}

void AppendData(std::string& out, const char* id, const std::string& base64) {
  if (base64.empty()) return;
  out += fmt::format("<script type=\"application/octet-stream\" id=\"{}\">", id);
  out += base64;
  out += "</script>\n";
}

}  // namespace

std::string HtmlPage(const PageContent& content) {
  std::string out;
  AppendHead(out, content);
  AppendBody(out, content);
  AppendData(out, "stacks-data", content.stacks);
  AppendData(out, "timeline-data", content.timeline);
  for (const std::string_view script : kScripts) {
    out += "<script>";
    out += Asset(script);
    out += "</script>\n";
  }
  out += "</body></html>\n";
  return out;
}

}  // namespace render
