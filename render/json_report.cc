#include "render/json_report.h"

#include <nlohmann/json.hpp>

namespace render {
namespace {

using Json = nlohmann::ordered_json;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

Json ToJson(const model::Value& value) {
  return std::visit(Overloaded{
                        [](const model::ValueList& list) {
                          Json array = Json::array();
                          for (const model::Value& item : list) array.push_back(ToJson(item));
                          return array;
                        },
                        [](const model::ValueObject& object) {
                          Json members = Json::object();
                          for (const auto& [key, item] : object) members.emplace(key, ToJson(item));
                          return members;
                        },
                        [](const auto& scalar) { return Json(scalar); },
                    },
                    value.kind());
}

Json Rows(const model::Table& table) {
  Json rows = Json::array();
  for (const model::ValueList& cells : table.rows) {
    Json row = Json::object();
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (!table.columns[i].key.empty()) row[table.columns[i].key] = ToJson(cells[i]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

struct Writer {
  Json& document;

  void operator()(const model::Paragraph&) const {}
  void operator()(const model::Lines&) const {}
  void operator()(const model::Fields& fields) const {
    for (const model::Field& field : fields.rows) {
      if (!field.key.empty()) document[field.key] = ToJson(field.value);
    }
  }
  void operator()(const model::Table& table) const {
    if (!table.key.empty()) document[table.key] = Rows(table);
  }
  void operator()(const model::Findings& findings) const {
    if (findings.key.empty()) return;
    Json rows = Json::array();
    for (const model::Finding& finding : findings.rows) rows.push_back(ToJson(finding.data));
    document[findings.key] = std::move(rows);
  }
  void operator()(const model::Data& data) const { document[data.key] = ToJson(data.value); }
};

Json Kinds(const model::Warnings& warnings) {
  Json rows = Json::array();
  for (const model::Warnings::Kind& kind : warnings.kinds()) {
    rows.push_back({{"kind", kind.name}, {"count", kind.count}, {"examples", kind.examples}});
  }
  return rows;
}

}  // namespace

std::string JsonReport(const model::Report& report) {
  Json document = {{"schema", 1}, {"title", report.title}, {"answer", report.answer}, {"found", report.found}};
  for (const model::Block& block : report.blocks) std::visit(Writer{document}, block);
  document["warnings"] = Kinds(report.warnings);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace render
