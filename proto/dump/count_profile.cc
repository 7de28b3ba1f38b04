#include "proto/dump/count_profile.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "model/input_error.h"
#include "proto/dump/dump_frame.h"
#include "proto/dump/quoted_text.h"
#include "proto/dump/text_scanner.h"
#include "proto/line_reader.h"

namespace proto {
namespace {

constexpr std::string_view kTitle = " profile: total ";
constexpr size_t kShownOfLine = 80;

// "goroutine profile: total 8" gives "goroutine".
std::optional<std::string_view> ProfileName(std::string_view line) {
  const size_t at = line.find(kTitle);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  TextScanner total(line.substr(at + kTitle.size()));
  if (!total.Number<int64_t>() || !total.AtEnd()) return std::nullopt;
  return line.substr(0, at);
}

struct SymbolLine {
  uint64_t address = 0;
  std::string_view function;
  DumpPlace place;
};

// #<tab>0x4e54f8<tab>main.read+0x18<tab>file.go:59, where tabs may be many: the writer aligns columns.
std::optional<SymbolLine> ParseSymbol(std::string_view line) {
  TextScanner text(line);
  if (!text.Skip("#\t0x")) return std::nullopt;
  const auto address = text.Number<uint64_t>(16);
  if (!address || !text.Skip("\t")) return std::nullopt;
  std::string_view function = text.Until("\t");
  function = function.substr(0, function.rfind("+0x"));
  const auto place = ParsePlace(text.rest());
  if (function.empty() || !place) return std::nullopt;
  return SymbolLine{.address = *address, .function = function, .place = *place};
}

class Reader {
 public:
  Reader(const std::string& name, ByteSource& source) : name_(name), lines_(source) {}

  model::Profile Read() {
    while (lines_.Next()) Take(lines_.line());
    EndSample();
    if (profile_.value_types.empty()) throw model::InputError(name_, "has no line like \"goroutine profile: total 8\"");
    profile_.file_locations = profile_.symbols.location_count();
    profile_.file_functions = profile_.symbols.functions().size() - 1;
    return std::move(profile_);
  }

 private:
  model::StringId Text(std::string_view text) { return profile_.symbols.InternString(text); }

  void Take(std::string_view line) {
    if (profile_.value_types.empty()) return TakeTitle(line);
    if (line.empty()) return EndSample();
    if (line.starts_with("# labels: ")) return TakeLabels(line);
    if (const auto symbol = ParseSymbol(line)) return TakeSymbol(*symbol);
    if (!TakeSample(line)) CountOdd(line);
  }

  void TakeTitle(std::string_view line) {
    const auto type = ProfileName(line);
    if (!type) return;
    profile_.value_types = {{.type = Text(*type), .unit = Text("count")}};
    profile_.period_type = profile_.value_types[0];
    profile_.period = 1;
  }

  // 7 @ 0x47ecee 0x4158ee: return addresses, the leaf first.
  bool TakeSample(std::string_view line) {
    TextScanner text(line);
    const auto count = text.Number<int64_t>();
    if (!count || !text.Skip(" @")) return false;
    std::vector<uint64_t> addresses;
    while (text.Skip(" 0x")) {
      const auto address = text.Number<uint64_t>(16);
      if (!address) return false;
      addresses.push_back(*address == 0 ? 0 : *address - 1);  // of the call, not behind it
    }
    if (!text.AtEnd()) return false;
    EndSample();
    count_ = *count;
    addresses_ = std::move(addresses);
    return true;
  }

  // {"key":"value", "other":"value"}
  void TakeLabels(std::string_view line) {
    TextScanner text(line);
    text.Skip("# labels: {");
    while (!text.Skip("}")) {
      auto key = TakeQuoted(text);
      if (!key || !text.Skip(":")) return CountOdd(line);
      auto value = TakeQuoted(text);
      if (!value) return CountOdd(line);
      labels_.push_back({.key = Text(*key), .text = Text(*value)});
      if (!text.Skip(", ") && !text.rest().starts_with('}')) return CountOdd(line);
    }
  }

  void TakeSymbol(const SymbolLine& symbol) {
    const model::StringId function = Text(symbol.function);
    const model::FunctionId id =
        profile_.symbols.InternFunction({.name = function, .system_name = function, .file = Text(symbol.place.file)});
    lines_of_[symbol.address].push_back({.function = id, .line = symbol.place.line});
  }

  void EndSample() {
    if (!count_) return;
    std::vector<model::LocationId> locations;
    for (const uint64_t address : addresses_) {
      const auto known = lines_of_.find(address);
      const std::vector<model::Line> none;
      locations.push_back(
          profile_.symbols.InternLocation({.address = address}, known == lines_of_.end() ? none : known->second));
    }
    profile_.AddSample(profile_.stacks.FromLeafFirst(locations), {&*count_, 1}, profile_.labels.Intern(labels_));
    count_.reset();
    labels_.clear();
    lines_of_.clear();
  }

  void CountOdd(std::string_view line) {
    profile_.warnings.Add("line that is no part of a sample",
                          fmt::format("{}:{}: found \"{}\"", name_, lines_.number(), line.substr(0, kShownOfLine)));
  }

  const std::string& name_;
  LineReader lines_;
  model::Profile profile_;
  std::optional<int64_t> count_;  // of the sample under construction
  std::vector<uint64_t> addresses_;
  std::vector<model::Label> labels_;
  std::map<uint64_t, std::vector<model::Line>> lines_of_;  // innermost first, as the writer prints them
};

}  // namespace

bool LooksLikeCountProfile(std::string_view head) {
  const std::string_view first = head.substr(0, head.find('\n'));
  return ProfileName(first.ends_with('\r') ? first.substr(0, first.size() - 1) : first).has_value();
}

model::Profile ReadCountProfile(const std::string& name, ByteSource& source) { return Reader(name, source).Read(); }

}  // namespace proto
