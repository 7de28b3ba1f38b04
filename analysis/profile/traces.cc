#include "analysis/profile/traces.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/profile/tag_filter.h"
#include "model/call_graph.h"
#include "model/units.h"

namespace analysis {
namespace {

constexpr std::string_view kSeparator = "-----------+-------------------------------------------------------\n";
constexpr size_t kValueWidth = 10;
constexpr size_t kWrittenAtOnce = size_t{1} << 20;

class Writer {
 public:
  Writer(const View& view, const TextSink& sink)
      : view_(view),
        sink_(sink),
        places_(view.profile().symbols, {.granularity = view.options().granularity.value_or(model::Granularity::kFunctions),
                                         .inlines = view.options().inlines,
                                         .columns = view.options().columns}),
        frames_(view.profile().symbols.location_count()),
        labels_(view.profile().labels.size()),
        units_(NumberUnits(view.profile())) {}

  void Run() {
    for (const std::string& line : view_.Header()) text_ += sink_.escape(line) + "\n";
    const model::Profile& profile = view_.profile();
    for (size_t row = 0; row < profile.sample_count(); ++row) {
      if (profile.sample_stack[row] != model::StackTrie::root()) AddSample(row);
      if (text_.size() >= kWrittenAtOnce) Flush();
    }
    text_ += kSeparator;
    Flush();
  }

 private:
  void Flush() {
    sink_.write(text_);
    text_.clear();
  }

  void AddSample(size_t row) {
    const model::Profile& profile = view_.profile();
    text_ += kSeparator;
    text_ += Labels(profile.sample_labels[row]);
    const std::string value = view_.Format(view_.SampleValue(row));
    bool is_leaf = true;
    for (const model::LocationId at : profile.stacks.LeafFirst(profile.sample_stack[row])) {
      const std::string& lines = Frames(at);
      if (is_leaf) {
        if (value.size() < kValueWidth) text_.append(kValueWidth - value.size(), ' ');
        text_ += value;
        text_.append(lines, kValueWidth);
      } else {
        text_ += lines;
      }
      is_leaf = false;
    }
  }

  // The lines of a location, each with room for the value in front.
  const std::string& Frames(model::LocationId at) {
    std::string& lines = frames_[at.index()];
    if (!lines.empty()) return lines;
    const auto nodes = places_.nodes(at);
    for (size_t i = 0; i < nodes.size(); ++i) {
      lines +=
          fmt::format("{:>10}   {}{}\n", "", sink_.escape(places_.Name(nodes[i])), i + 1 < nodes.size() ? " (inline)" : "");
    }
    return lines;
  }

  const std::string& Labels(model::LabelSetId set) {
    std::string& lines = labels_[set.index()];
    if (!lines.empty() || set == model::LabelSetId()) return lines;
    const model::Profile& profile = view_.profile();
    std::map<std::string, std::string> texts, numbers;
    for (const model::Label& label : profile.labels[set]) {
      const std::string key(profile.symbols.text(label.key));
      std::string& values = (label.is_number ? numbers : texts)[key];
      if (!values.empty()) values += ' ';
      values +=
          label.is_number ? model::FormatValue(label.number, units_.at(key)) : std::string(profile.symbols.text(label.text));
    }
    for (const auto* group : {&texts, &numbers}) {
      std::vector<std::string> rows;
      for (const auto& [key, values] : *group) rows.push_back(fmt::format("{:>10}:  {}\n", key, values));
      std::ranges::sort(rows);
      for (const std::string& row : rows) lines += sink_.escape(std::string_view(row).substr(0, row.size() - 1)) + "\n";
    }
    return lines;
  }

  const View& view_;
  const TextSink& sink_;
  model::PlaceTable places_;
  std::vector<std::string> frames_;  // by location; empty = not spelt out yet
  std::vector<std::string> labels_;  // by set
  std::map<std::string, std::string, std::less<>> units_;
  std::string text_;
};

}  // namespace

void Traces(View& view, const TextSink& sink) {
  view.CleanFileNames(View::TrimPaths::kNo);
  Writer(view, sink).Run();
}

}  // namespace analysis
