#include "analysis/profile/traces.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <future>
#include <map>
#include <utility>
#include <vector>

#include "analysis/profile/tag_filter.h"
#include "model/call_graph.h"
#include "model/units.h"

namespace analysis {
namespace {

constexpr std::string_view kSeparator = "-----------+-------------------------------------------------------\n";
constexpr size_t kValueWidth = 10;
constexpr size_t kSamplesAtOnce = 1024;

// Writes out samples. Once it is made nothing in it changes, so several threads can share it.
class Writer {
 public:
  Writer(const View& view, const TextSink& sink)
      : view_(view),
        sink_(sink),
        places_(view.profile().symbols, {.granularity = view.options().granularity.value_or(model::Granularity::kFunctions),
                                         .inlines = view.options().inlines,
                                         .columns = view.options().columns}),
        units_(NumberUnits(view.profile())) {
    for (uint32_t at = 0; at < view.profile().symbols.location_count(); ++at)
      frames_.push_back(Frames(model::LocationId(at)));
    // Of sets that no sample has any more, nobody knows the units.
    std::vector<bool> is_written(view.profile().labels.size());
    labels_.resize(is_written.size());
    for (const model::LabelSetId set : view.profile().sample_labels) {
      if (!is_written[set.index()]) labels_[set.index()] = Labels(set);
      is_written[set.index()] = true;
    }
  }

  // Into the memory of `text`.
  std::string Samples(size_t from, size_t to, std::string text) const {
    const model::Profile& profile = view_.profile();
    text.clear();
    for (size_t row = from; row < to; ++row) {
      if (profile.sample_stack[row] != model::StackTrie::root()) AddSample(row, text);
    }
    return text;
  }

 private:
  void AddSample(size_t row, std::string& text) const {
    const model::Profile& profile = view_.profile();
    text += kSeparator;
    text += labels_[profile.sample_labels[row].index()];
    const std::string value = view_.Format(view_.SampleValue(row));
    bool is_leaf = true;
    for (const model::LocationId at : profile.stacks.LeafFirst(profile.sample_stack[row])) {
      const std::string& lines = frames_[at.index()];
      if (is_leaf) {
        if (value.size() < kValueWidth) text.append(kValueWidth - value.size(), ' ');
        text += value;
        text.append(lines, kValueWidth);
      } else {
        text += lines;
      }
      is_leaf = false;
    }
  }

  // The lines of a location, each with room for the value in front.
  std::string Frames(model::LocationId at) const {
    std::string lines;
    const auto nodes = places_.nodes(at);
    for (size_t i = 0; i < nodes.size(); ++i) {
      lines +=
          fmt::format("{:>10}   {}{}\n", "", sink_.escape(places_.Name(nodes[i])), i + 1 < nodes.size() ? " (inline)" : "");
    }
    return lines;
  }

  std::string Labels(model::LabelSetId set) const {
    std::string lines;
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
  std::map<std::string, std::string, std::less<>> units_;
  std::vector<std::string> frames_;  // by location
  std::vector<std::string> labels_;  // by set
};

}  // namespace

void Traces(View& view, const TextSink& sink) {
  view.CleanFileNames(View::TrimPaths::kNo);
  for (const std::string& line : view.Header()) sink.write(sink.escape(line) + "\n");
  const Writer writer(view, sink);
  const size_t samples = view.profile().sample_count();
  // Written in order; the memory goes round.
  std::deque<std::future<std::string>> under_way;
  std::vector<std::string> spare(sink.threads + 1);
  for (size_t begun = 0; begun < samples || !under_way.empty();) {
    for (; begun < samples && !spare.empty(); spare.pop_back()) {
      const size_t end = std::min(samples, begun + kSamplesAtOnce);
      const auto how = sink.threads > 1 && samples > kSamplesAtOnce ? std::launch::async : std::launch::deferred;
      under_way.push_back(std::async(
          how, [&writer, begun, end](std::string text) { return writer.Samples(begun, end, std::move(text)); },
          std::move(spare.back())));
      begun = end;
    }
    spare.push_back(under_way.front().get());
    under_way.pop_front();
    sink.write(spare.back());
  }
  sink.write(kSeparator);
}

}  // namespace analysis
