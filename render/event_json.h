#pragma once

#include <string>
#include <vector>

#include "model/event_source.h"
#include "render/event_text.h"

// Events of a trace as JSON objects, one a line, what `gotrace dump --json` prints. Members that a kind of event does not
// use are left out; the keys are in docs/commands/gotrace-dump.md.
//
//   {"time_ns":140,"kind":"goroutine-state","thread":8,"proc":1,"goroutine":2,"subject":2,"from":"Running","to":"Waiting",
//    "reason":"chan receive","stack":[{"function":"main.worker","file":"/srv/main.go","line":22}]}
//
// A trace has few stacks and many events: Stacks::kOnce writes each before the first event that has it, as
//   {"kind":"stack","id":7,"frames":[{"function":"main.worker","file":"/srv/main.go","line":22}]}
// and events have "stack_id":7 instead.
namespace render {

class EventJson {
 public:
  // `source` must outlive it. Bad UTF-8 in names becomes U+FFFD.
  EventJson(const model::EventSource& source, Stacks stacks) : source_(source), stacks_(stacks) {}

  void Append(const model::Event& event, model::Time begin, std::string& line);
  void Append(const model::Damage& damage, std::string& line) const;

 private:
  void AppendWhat(const model::Event& event, std::string& line);
  void AppendText(const char* key, model::StringId text, std::string& line);
  void AppendStack(const char* key, model::StackId stack, std::string& line);
  void AppendFrames(model::StackId stack, std::string& line);
  void Introduce(model::StackId stack, std::string& line);
  const std::string& Quoted(model::StringId text);

  const model::EventSource& source_;
  Stacks stacks_;
  std::vector<bool> is_told_;        // by StackId
  std::vector<std::string> quoted_;  // by StringId, as far as asked for; empty = not yet
};

}  // namespace render
