#include "render/profile_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace render {
namespace {

using model::LocationId;

constexpr size_t kWrittenAtOnce = size_t{1} << 20;

std::string Quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// "a","b" as a CSV field: in quotes where it has to be, quotes doubled.
std::string CsvField(std::string text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  for (size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 2)) text.insert(at, "\"");
  return "\"" + text + "\"";
}

// Text in pieces of a megabyte.
class Buffer {
 public:
  explicit Buffer(const Write& write) : write_(write) {}
  ~Buffer() = default;
  std::string text;
  void FlushIfLarge() {
    if (text.size() >= kWrittenAtOnce) Flush();
  }
  void Flush() {
    write_(text);
    text.clear();
  }

 private:
  const Write& write_;
};

std::string LabelValue(const model::Profile& profile, const model::Label& label) {
  if (!label.is_number) return std::string(profile.symbols.text(label.text));
  return fmt::format("{}{}", label.number, profile.symbols.text(label.unit));
}

std::string TypeName(const model::Profile& profile, size_t index) {
  const model::ValueType& type = profile.value_types[index];
  return fmt::format("{}/{}", profile.symbols.text(type.type), profile.symbols.text(type.unit));
}

// The name of a frame that may have none.
std::string FrameName(const model::Symbols& symbols, LocationId at, const model::Line* line) {
  if (line != nullptr && !symbols.function_name(line->function).empty())
    return std::string(symbols.function_name(line->function));
  return fmt::format("{:#x}", symbols.location(at).address);
}

// A number for each line of each location, innermost first; one for a location without lines.
struct FrameNumbers {
  std::vector<uint32_t> begin;
  explicit FrameNumbers(const model::Symbols& symbols) : begin(1) {
    for (uint32_t row = 0; row < symbols.location_count(); ++row) {
      begin.push_back(begin.back() + static_cast<uint32_t>(std::max<size_t>(symbols.lines(LocationId(row)).size(), 1)));
    }
  }
};

// Locations of a sample, root first.
const std::vector<LocationId>& RootFirst(const model::Profile& profile, size_t row, std::vector<LocationId>& path) {
  path.clear();
  for (const LocationId at : profile.stacks.LeafFirst(profile.sample_stack[row])) path.push_back(at);
  std::ranges::reverse(path);
  return path;
}

}  // namespace

void ProfileJson(const model::Profile& profile, const Write& write) {
  Buffer out(write);
  const model::Symbols& symbols = profile.symbols;
  out.text = "{\"schema\":1,\"sample_types\":[";
  for (size_t i = 0; i < profile.value_count(); ++i) out.text += (i == 0 ? "" : ",") + Quoted(TypeName(profile, i));
  out.text += fmt::format("],\"period\":{},\"time_nanos\":{},\"duration_nanos\":{},\"frames\":[", profile.period,
                          profile.time_nanos, profile.duration_nanos);
  bool is_first = true;
  const auto frame = [&](LocationId at, const model::Line* line, bool is_inlined) {
    const model::Function& function = symbols.functions()[line == nullptr ? model::FunctionId() : line->function];
    out.text += fmt::format("{}{{\"name\":{},\"file\":{},\"line\":{},\"inlined\":{}}}", is_first ? "\n" : ",\n",
                            Quoted(FrameName(symbols, at, line)), Quoted(symbols.text(function.file)),
                            line == nullptr ? 0 : line->line, is_inlined);
    is_first = false;
    out.FlushIfLarge();
  };
  for (uint32_t row = 0; row < symbols.location_count(); ++row) {
    const auto lines = symbols.lines(LocationId(row));
    for (size_t i = 0; i < lines.size(); ++i) frame(LocationId(row), &lines[i], i + 1 < lines.size());
    if (lines.empty()) frame(LocationId(row), nullptr, false);
  }
  const FrameNumbers numbers(symbols);
  out.text += "],\n\"samples\":[";
  std::vector<LocationId> path;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    out.text += row == 0 ? "\n{\"stack\":[" : ",\n{\"stack\":[";
    bool is_outermost = true;
    for (const LocationId at : RootFirst(profile, row, path)) {
      for (uint32_t n = numbers.begin[at.index() + 1]; n > numbers.begin[at.index()]; --n) {
        fmt::format_to(std::back_inserter(out.text), "{}{}", is_outermost ? "" : ",", n - 1);
        is_outermost = false;
      }
    }
    fmt::format_to(std::back_inserter(out.text), "],\"values\":[{}]", fmt::join(profile.values(row), ","));
    std::map<std::string, std::string> labels;
    for (const model::Label& label : profile.labels[profile.sample_labels[row]]) {
      std::string& value = labels[std::string(profile.symbols.text(label.key))];
      value += (value.empty() ? "" : ",") + LabelValue(profile, label);
    }
    if (!labels.empty()) {
      out.text += ",\"labels\":{";
      for (const auto& [key, value] : labels)
        out.text += fmt::format("{}{}:{}", key == labels.begin()->first ? "" : ",", Quoted(key), Quoted(value));
      out.text += '}';
    }
    out.text += '}';
    out.FlushIfLarge();
  }
  out.text += "]}\n";
  out.Flush();
}

void SpeedscopeJson(const model::Profile& profile, const Write& write) {
  Buffer out(write);
  const model::Symbols& symbols = profile.symbols;
  out.text =
      "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"exporter\":\"goprof\",\"shared\":{\"frames\":[";
  // One frame for each function, at its first line, so that speedscope adds its lines up; one for each address without a
  // function.
  std::map<std::pair<uint32_t, uint64_t>, size_t> frames;
  std::vector<std::vector<size_t>> frames_of(symbols.location_count());
  const auto number = [&](LocationId at, const model::Line* line) {
    const uint32_t function = line == nullptr ? 0 : line->function.value;
    const auto [found, is_new] =
        frames.try_emplace({function, function == 0 ? symbols.location(at).address : 0}, frames.size());
    if (is_new) {
      const model::Function& where = symbols.functions()[model::FunctionId(function)];
      out.text += fmt::format("{}{{\"name\":{}", frames.size() == 1 ? "\n" : ",\n", Quoted(FrameName(symbols, at, line)));
      if (where.file != model::StringId()) out.text += ",\"file\":" + Quoted(symbols.text(where.file));
      if (where.start_line > 0) out.text += fmt::format(",\"line\":{}", where.start_line);
      out.text += '}';
      out.FlushIfLarge();
    }
    return found->second;
  };
  for (uint32_t row = 0; row < frames_of.size(); ++row) {
    const auto lines = symbols.lines(LocationId(row));
    for (size_t i = lines.size(); i > 0; --i) frames_of[row].push_back(number(LocationId(row), &lines[i - 1]));
    if (lines.empty()) frames_of[row].push_back(number(LocationId(row), nullptr));
  }
  out.text += "]},\n\"profiles\":[";
  std::vector<LocationId> path;
  for (size_t type = 0; type < profile.value_count(); ++type) {
    const std::string_view unit = symbols.text(profile.value_types[type].unit);
    const bool is_known =
        unit == "nanoseconds" || unit == "microseconds" || unit == "milliseconds" || unit == "seconds" || unit == "bytes";
    out.text += fmt::format(
        "{}{{\"type\":\"sampled\",\"name\":{},\"unit\":\"{}\",\"startValue\":0,\"endValue\":{},\"samples\":[",
        type == 0 ? "\n" : ",\n", Quoted(TypeName(profile, type)), is_known ? unit : "none", model::Total(profile, type));
    for (size_t row = 0; row < profile.sample_count(); ++row) {
      out.text += row == 0 ? "[" : ",[";
      bool is_first = true;
      for (const LocationId at : RootFirst(profile, row, path)) {
        for (const size_t frame : frames_of[at.index()]) {
          fmt::format_to(std::back_inserter(out.text), "{}{}", is_first ? "" : ",", frame);
          is_first = false;
        }
      }
      out.text += ']';
      out.FlushIfLarge();
    }
    out.text += "],\"weights\":[";
    for (size_t row = 0; row < profile.sample_count(); ++row) {
      fmt::format_to(std::back_inserter(out.text), "{}{}", row == 0 ? "" : ",", profile.values(row)[type]);
      out.FlushIfLarge();
    }
    out.text += "]}";
  }
  out.text += "]}\n";
  out.Flush();
}

void ProfileCsv(const model::Profile& profile, const Write& write) {
  Buffer out(write);
  out.text = "stack";
  for (size_t i = 0; i < profile.value_count(); ++i) out.text += "," + CsvField(TypeName(profile, i));
  out.text += ",labels\n";
  std::vector<LocationId> path;
  for (size_t row = 0; row < profile.sample_count(); ++row) {
    std::string stack, labels;
    for (const LocationId at : RootFirst(profile, row, path)) {
      const auto lines = profile.symbols.lines(at);
      const auto add = [&](const model::Line* line) {
        stack += (stack.empty() ? "" : ";") + FrameName(profile.symbols, at, line);
      };
      for (size_t i = lines.size(); i > 0; --i) add(&lines[i - 1]);
      if (lines.empty()) add(nullptr);
    }
    for (const model::Label& label : profile.labels[profile.sample_labels[row]]) {
      labels +=
          fmt::format("{}{}={}", labels.empty() ? "" : ";", profile.symbols.text(label.key), LabelValue(profile, label));
    }
    out.text += fmt::format("{},{},{}\n", CsvField(std::move(stack)), fmt::join(profile.values(row), ","),
                            CsvField(std::move(labels)));
    out.FlushIfLarge();
  }
  out.Flush();
}

}  // namespace render
