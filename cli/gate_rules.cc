#include "cli/gate_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "analysis/gate/trace_budgets.h"
#include "model/input_error.h"
#include "model/units.h"

namespace cli {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kSubjects =
    "total, function, package, match, label, line, deadlock, leak, contention, task, region, gc or latency";
using analysis::Budget;
using analysis::Excuse;
using analysis::GateSettings;

// Where a value stands, for messages.
struct Key {
  std::string file, section, key;
  [[noreturn]] void Fail(const std::string& wanted) const {
    throw model::UsageError(fmt::format("{}: [{}] {}: {}", file, section, key, wanted));
  }
};

double Number(const Key& key, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) key.Fail(fmt::format("found \"{}\", wanted a number", text));
  return value;
}

double Ratio(const Key& key, const std::string& text) {
  const bool is_percent = text.ends_with('%');
  const double value =
      Number(key, is_percent ? text.substr(0, text.find_last_not_of("% ") + 1) : text) / (is_percent ? 100 : 1);
  if (!(value >= 0)) key.Fail(fmt::format("found \"{}\", wanted a share such as 10% or 0.1", text));
  return value;
}

bool YesOrNo(const Key& key, const std::string& text) {
  if (text == "yes" || text == "true" || text == "on") return true;
  if (text == "no" || text == "false" || text == "off") return false;
  key.Fail(fmt::format("found \"{}\", wanted yes or no", text));
}

void SetSetting(GateSettings& settings, const Key& key, const std::string& text) {
  const std::map<std::string, double GateSettings::*> ratios = {
      {"alpha", &GateSettings::alpha},
      {"rank_alpha", &GateSettings::rank_alpha},
      {"own_alpha", &GateSettings::own_alpha},
      {"min_growth", &GateSettings::min_growth},
      {"min_share", &GateSettings::min_share},
      {"min_total_growth", &GateSettings::min_total_growth},
      {"min_total_time_growth", &GateSettings::min_total_time_growth},
      {"min_samples", &GateSettings::min_samples},
      {"assumed_spread", &GateSettings::assumed_spread},
      {"assumed_total_spread", &GateSettings::assumed_total_spread},
  };
  if (const auto at = ratios.find(key.key); at != ratios.end()) {
    settings.*at->second = Ratio(key, text);
  } else if (key.key == "sample_type") {
    settings.value_type = text;
  } else if (key.key == "functions") {
    settings.check_functions = YesOrNo(key, text);
  } else if (key.key == "total") {
    settings.check_total = YesOrNo(key, text);
  } else {
    key.Fail("there is no such key");
  }
  if (key.key.ends_with("alpha") && !(settings.alpha > 0 && settings.alpha < 1 && settings.rank_alpha > 0 &&
                                      settings.rank_alpha <= 1 && settings.own_alpha > 0 && settings.own_alpha <= 1)) {
    key.Fail(fmt::format("found \"{}\", wanted a probability above 0 and below 1", text));
  }
}

void SetSubject(Budget& budget, const Key& key, Budget::Subject subject, const std::string& text) {
  if (!budget.pattern.empty()) key.Fail("a budget is about one thing: " + std::string(kSubjects));
  budget.subject = subject;
  budget.pattern = text;
  if (subject != Budget::Subject::kLabel) return;
  const size_t split = text.find('=');
  if (split == std::string::npos || split == 0) key.Fail(fmt::format("found \"{}\", wanted KEY=VALUE", text));
  budget.label_key = text.substr(0, split);
  budget.pattern = text.substr(split + 1);
}

void SetBudget(Budget& budget, const Key& key, const std::string& text) {
  const std::map<std::string, Budget::Subject> subjects = {
      {"function", Budget::Subject::kFunction}, {"package", Budget::Subject::kPackage}, {"match", Budget::Subject::kGroup},
      {"label", Budget::Subject::kLabel},       {"line", Budget::Subject::kLine},       {"task", Budget::Subject::kTask},
      {"region", Budget::Subject::kRegion}};
  // Subjects that have no name; deadlock and leak are forbidden, the others asked for.
  const std::map<std::string, Budget::Subject> unnamed = {{"total", Budget::Subject::kTotal},
                                                          {"gc", Budget::Subject::kCollector},
                                                          {"latency", Budget::Subject::kLatency},
                                                          {"contention", Budget::Subject::kContention}};
  const std::map<std::string, Budget::Subject> forbidden = {{"deadlock", Budget::Subject::kDeadlock},
                                                            {"leak", Budget::Subject::kLeak}};
  if (const auto at = subjects.find(key.key); at != subjects.end()) {
    SetSubject(budget, key, at->second, text);
  } else if (const auto forbids = forbidden.find(key.key); forbids != forbidden.end()) {
    if (YesOrNo(key, text)) key.Fail("found \"yes\": wanted no, or leave the section out");
    SetSubject(budget, key, forbids->second, key.key);
  } else if (const auto asks = unnamed.find(key.key); asks != unnamed.end()) {
    const bool is_expression = key.key == "contention" && text != "yes" && text != "no";
    if (!is_expression && !YesOrNo(key, text)) key.Fail("found \"no\": leave the line out");
    SetSubject(budget, key, asks->second, is_expression ? text : key.key);
  } else if (key.key == "percentile") {
    const double percentile = Number(key, text) / 100;
    if (!(percentile > 0 && percentile < 1)) key.Fail(fmt::format("found \"{}\", wanted a percentile such as 99", text));
    budget.percentile = percentile;
  } else if (key.key == "sample_type") {
    budget.value_type = text;
  } else if (key.key == "measure") {
    if (text != "flat" && text != "cum") key.Fail(fmt::format("found \"{}\", wanted flat or cum", text));
    budget.measure = text == "flat" ? analysis::Measure::kFlat : analysis::Measure::kCum;
  } else if (key.key == "max" || key.key == "max_growth") {
    try {
      (key.key == "max" ? budget.max : budget.max_growth) = ParseLimit(text);
    } catch (const model::UsageError& error) {
      key.Fail(error.what());
    }
  } else if (key.key == "severity") {
    if (text != "fail" && text != "warn") key.Fail(fmt::format("found \"{}\", wanted fail or warn", text));
    budget.grade = text == "fail" ? analysis::Grade::kFail : analysis::Grade::kWarn;
  } else {
    key.Fail("there is no such key");
  }
}

bool IsDate(const std::string& text) {
  if (text.size() != 10) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  }
  const int month = std::stoi(text.substr(5, 2)), day = std::stoi(text.substr(8, 2));
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

void SetExcuse(Excuse& excuse, const Key& key, const std::string& text) {
  if (key.key == "match") {
    excuse.pattern = text;
  } else if (key.key == "reason") {
    excuse.reason = text;
  } else if (key.key == "expires") {
    if (!IsDate(text)) key.Fail(fmt::format("found \"{}\", wanted a date such as 2027-01-31", text));
    excuse.expires = text;
  } else {
    key.Fail("there is no such key");
  }
}

// The row of that name, added at its end if it is new.
template <class Row>
Row& Named(std::vector<Row>& rows, const std::string& name) {
  const auto at = std::ranges::find(rows, name, &Row::name);
  if (at != rows.end()) return *at;
  Row row;
  row.name = name;
  rows.push_back(std::move(row));
  return rows.back();
}

void Set(analysis::GateRules& rules, const Key& key, const std::string& text) {
  const size_t space = key.section.find(' ');
  const std::string kind = key.section.substr(0, space);
  const size_t name_at = key.section.find_first_not_of(' ', space);
  const std::string name = space == std::string::npos || name_at == std::string::npos ? "" : key.section.substr(name_at);
  if (text.empty()) key.Fail("the value is missing");
  if (key.section == "gate") {
    SetSetting(rules.settings, key, text);
  } else if (kind == "budget" && !name.empty()) {
    SetBudget(Named(rules.budgets, name), key, text);
  } else if (kind == "exception" && !name.empty()) {
    SetExcuse(Named(rules.excuses, name), key, text);
  } else {
    key.Fail("there is no such section; wanted [gate], [budget NAME] or [exception NAME]");
  }
}

void CheckComplete(const analysis::GateRules& rules) {
  for (const Budget& budget : rules.budgets) {
    const Key key{rules.source, "budget " + budget.name, "max"};
    if (budget.pattern.empty()) key.Fail("the budget says of nothing; wanted one of " + std::string(kSubjects));
    const bool is_forbidden = budget.subject == Budget::Subject::kDeadlock || budget.subject == Budget::Subject::kLeak;
    if (is_forbidden && budget.max_growth) key.Fail("a deadlock or a leak has no max_growth; leave it out, or wanted max");
    if (!is_forbidden && !budget.max && !budget.max_growth) key.Fail("wanted max, max_growth or both");
    const bool is_share = budget.max && budget.max->is_relative;
    if (is_share && analysis::IsAboutTraces(budget.subject) && budget.subject != Budget::Subject::kCollector)
      key.Fail(fmt::format("found \"{}\", wanted a time; a share is for gc alone", budget.max->text));
  }
  for (const Excuse& excuse : rules.excuses) {
    const Key key{rules.source, "exception " + excuse.name, "match"};
    if (excuse.pattern.empty() || excuse.reason.empty() || excuse.expires.empty())
      key.Fail("an exception needs match, reason and expires");
  }
}

}  // namespace

analysis::Limit ParseLimit(const std::string& text) {
  analysis::Limit limit{.text = text};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit.value);
  std::string unit(end, static_cast<size_t>(text.data() + text.size() - end));
  unit.erase(0, unit.find_first_not_of(' '));
  if (error != std::errc() || !(limit.value >= 0))
    throw model::UsageError(fmt::format("found \"{}\", wanted a limit such as 20%, 1.5s, 64MB or 300", text));
  if (unit == "%") {
    limit.is_relative = true;
    limit.value /= 100;
  } else if (!unit.empty()) {
    if (model::Scale(1, unit, "auto").unit.empty())
      throw model::UsageError(fmt::format("found \"{}\": \"{}\" is no unit of time or size", text, unit));
    const bool is_time = model::Scale(1, unit, "ns").unit == "ns";
    const model::Scaled one = model::Scale(1, unit, is_time ? "ns" : "B");
    limit.value *= one.value;
  }
  return limit;
}

void OverrideSettings(analysis::GateRules& rules, const std::string& name, const std::string& text) {
  std::set<std::string> seen;
  try {
    std::istringstream in(text);
    const po::parsed_options parsed = po::parse_config_file(in, po::options_description(), true);
    for (const po::option& option : parsed.options) {
      const size_t dot = option.string_key.rfind('.');
      const bool has_section = dot != std::string::npos;
      const Key key{name, has_section ? option.string_key.substr(0, dot) : "",
                    has_section ? option.string_key.substr(dot + 1) : option.string_key};
      if (!seen.insert(option.string_key).second) key.Fail("stands there twice");
      Set(rules, key, option.value.empty() ? "" : option.value.front());
    }
  } catch (const po::error& error) {
    throw model::UsageError(fmt::format("{}: {}", name, error.what()));
  }
}

analysis::GateRules ParseGateRules(const std::string& name, const std::string& text) {
  analysis::GateRules rules;
  rules.source = name;
  OverrideSettings(rules, name, text);
  CheckComplete(rules);
  return rules;
}

analysis::GateRules ReadGateRules(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in || in.bad()) throw model::UsageError(fmt::format("{}: can't read the rules", path));
  return ParseGateRules(path, text.str());
}

std::string FindGateRules() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path here = fs::current_path(error);
  for (fs::path folder = here; !error; folder = folder.parent_path()) {
    if (fs::exists(folder / ".goprof.ini", error)) return (folder / ".goprof.ini").lexically_relative(here).string();
    if (fs::exists(folder / ".git", error) || folder == folder.root_path()) break;
  }
  return "";
}

}  // namespace cli
