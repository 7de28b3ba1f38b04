#include "analysis/profile/raw.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <vector>

namespace analysis {
namespace {

constexpr size_t kWrittenAtOnce = size_t{1} << 20;

// "3.130837529s", "1h0m2.5s": Go's time.Duration.
std::string GoDuration(int64_t nanos) {
  const bool is_negative = nanos < 0;
  uint64_t left = is_negative ? 0 - static_cast<uint64_t>(nanos) : static_cast<uint64_t>(nanos);
  const auto fraction = [](uint64_t value, uint64_t unit) {
    std::string digits = fmt::format("{}", value % unit);
    digits.insert(0, std::to_string(unit).size() - 1 - std::min(digits.size(), std::to_string(unit).size() - 1), '0');
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    return fmt::format("{}{}{}", value / unit, digits.empty() ? "" : ".", digits);
  };
  const char* sign = is_negative ? "-" : "";
  if (left == 0) return "0s";
  if (left < 1000) return fmt::format("{}{}ns", sign, left);
  if (left < 1000000) return fmt::format("{}{}µs", sign, fraction(left, 1000));
  if (left < 1000000000) return fmt::format("{}{}ms", sign, fraction(left, 1000000));
  const uint64_t minutes = left / 60000000000, hours = minutes / 60;
  const std::string seconds = fraction(left % 60000000000, 1000000000) + "s";
  if (hours > 0) return fmt::format("{}{}h{}m{}", sign, hours, minutes % 60, seconds);
  return minutes > 0 ? fmt::format("{}{}m{}", sign, minutes, seconds) : sign + seconds;
}

// The first characters of a text, as Go's %.4v cuts it.
std::string Cut(const std::string& text, size_t characters) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80 && characters-- == 0) break;
  }
  return text.substr(0, at);
}

std::string GoTime(int64_t unix_nanos) {
  const int64_t second = 1000000000;
  const int64_t nanos = ((unix_nanos % second) + second) % second;
  const auto seconds = static_cast<std::time_t>((unix_nanos - nanos) / second);
  std::tm parts{};
  if (::localtime_r(&seconds, &parts) == nullptr) return std::to_string(unix_nanos);
  std::string fraction = nanos == 0 ? "" : fmt::format(".{:09}", nanos);
  while (fraction.ends_with('0')) fraction.pop_back();
  return fmt::format("{:%Y-%m-%d %H:%M:%S}{} {:%z %Z}", parts, fraction, parts);
}

class Writer {
 public:
  Writer(const View& view, const TextSink& sink) : profile_(view.profile()), inlines_(view.options().inlines), sink_(sink) {}

  void Run() {
    Header();
    text_ += "Samples:\n" + Types() + "\n";
    for (size_t row = 0; row < profile_.sample_count(); ++row) Sample(row);
    text_ += "Locations\n";
    for (const model::LocationId id : profile_.numbers.Locations(profile_.symbols.location_count())) Location(id);
    text_ += "Mappings\n";
    for (const model::MappingId id : profile_.numbers.Mappings(profile_.symbols.mappings().size())) Mapping(id);
    if (has_no_mappings_) text_ += "1: 0x0/0x0/0x0   \n";
    sink_.write(text_);
  }

 private:
  std::string Text(model::StringId id) const { return sink_.escape(profile_.symbols.text(id)); }

  void Header() {
    for (const std::string& comment : profile_.comments) text_ += "Comment: " + sink_.escape(comment) + "\n";
    if (!profile_.doc_url.empty()) text_ += "Doc: " + sink_.escape(profile_.doc_url) + "\n";
    text_ += fmt::format("PeriodType: {} {}\nPeriod: {}\n", Text(profile_.period_type.type), Text(profile_.period_type.unit),
                         profile_.period);
    if (profile_.time_nanos != 0) text_ += "Time: " + GoTime(profile_.time_nanos) + "\n";
    if (profile_.duration_nanos != 0) text_ += "Duration: " + Cut(GoDuration(profile_.duration_nanos), 4) + "\n";
  }

  std::string Types() const {
    std::string line;
    for (size_t i = 0; i < profile_.value_count(); ++i) {
      const model::ValueType& type = profile_.value_types[i];
      line += fmt::format("{}{}/{}{}", line.empty() ? "" : " ", Text(type.type), Text(type.unit),
                          profile_.default_value_type == i ? "[dflt]" : "");
    }
    return line;
  }

  void Sample(size_t row) {
    for (const int64_t value : profile_.values(row)) fmt::format_to(std::back_inserter(text_), " {:>10}", value);
    text_ += ": ";
    for (const model::LocationId at : profile_.stacks.LeafFirst(profile_.sample_stack[row])) {
      text_ += fmt::format_int(profile_.numbers.Of(at)).str();
      text_ += ' ';
    }
    text_ += '\n';
    Labels(profile_.sample_labels[row]);
    if (text_.size() < kWrittenAtOnce) return;
    sink_.write(text_);
    text_.clear();
  }

  // "tenant:[acme beta] zone:[b]", then the numbers: "bytes:[16 kilobytes]", or "[16]" where none of the key has a unit.
  void Labels(model::LabelSetId set) {
    std::map<std::string, std::vector<std::string>> texts;
    std::map<std::string, std::vector<model::Label>> numbers;
    for (const model::Label& label : profile_.labels[set]) {
      if (label.is_number)
        numbers[Text(label.key)].push_back(label);
      else
        texts[Text(label.key)].push_back(Text(label.text));
    }
    std::vector<std::string> lines;
    for (const auto& [key, values] : texts) lines.push_back(fmt::format("{}:[{}]", key, fmt::join(values, " ")));
    Line(lines);
    for (const auto& [key, labels] : numbers) {
      const bool has_unit =
          std::ranges::any_of(labels, [](const model::Label& label) { return label.unit != model::StringId(); });
      std::vector<std::string> values;
      for (const model::Label& label : labels) {
        values.push_back(has_unit ? fmt::format("{} {}", label.number, Text(label.unit)) : std::to_string(label.number));
      }
      lines.push_back(fmt::format("{}:[{}]", key, fmt::join(values, " ")));
    }
    Line(lines);
  }

  void Line(std::vector<std::string>& parts) {
    std::ranges::sort(parts);
    if (!parts.empty()) text_ += fmt::format("                {}\n", fmt::join(parts, " "));
    parts.clear();
  }

  void Location(model::LocationId id) {
    const model::Location& location = profile_.symbols.location(id);
    const std::string mapping = has_no_mappings_ ? "M=1 "
                                : location.mapping == model::MappingId()
                                    ? ""
                                    : fmt::format("M={} ", profile_.numbers.Of(location.mapping));
    std::string head = fmt::format("{:>6}: {:#x} {}{}", profile_.numbers.Of(id), location.address, mapping,
                                   location.is_folded ? "[F] " : "");
    auto lines = profile_.symbols.lines(id);
    if (!inlines_ && lines.size() > 1) lines = lines.last(1);
    if (lines.empty()) text_ += head + "\n";
    for (const model::Line& line : lines) {
      text_ += head;
      if (line.function == model::FunctionId()) {
        text_ += "??";
      } else {
        const model::Function& function = profile_.symbols.functions()[line.function];
        text_ += fmt::format("{} {}:{}:{} s={}", Text(function.name), Text(function.file), line.line, line.column,
                             function.start_line);
        if (function.name != function.system_name) text_ += "(" + Text(function.system_name) + ")";
      }
      text_ += '\n';
      head = "             ";
    }
  }

  void Mapping(model::MappingId id) {
    const model::Mapping& mapping = profile_.symbols.mappings()[id];
    text_ += fmt::format("{}: {:#x}/{:#x}/{:#x} {} {} {}{}{}{}\n", profile_.numbers.Of(id), mapping.start, mapping.limit,
                         mapping.offset, Text(mapping.file), Text(mapping.build_id), mapping.has_functions ? "[FN]" : "",
                         mapping.has_filenames ? "[FL]" : "", mapping.has_line_numbers ? "[LN]" : "",
                         mapping.has_inline_frames && inlines_ ? "[IN]" : "");
  }

  const model::Profile& profile_;
  // Producers other than Go often write none; pprof then makes one up, and shows it.
  bool has_no_mappings_ = profile_.symbols.mappings().size() == 1;
  bool inlines_;
  const TextSink& sink_;
  std::string text_;
};

}  // namespace

void Raw(const View& view, const TextSink& sink) { Writer(view, sink).Run(); }

}  // namespace analysis
