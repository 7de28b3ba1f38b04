#include "tests/fuzz/read_anything.h"

#include <cstdio>
#include <cstdlib>

#include "model/input_error.h"
#include "proto/formats.h"

namespace test_support {
namespace {

void Demand(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s\n", law);
  std::abort();
}

void CheckSymbols(const model::Symbols& symbols) {
  for (const model::Function& function : symbols.functions()) {
    Demand(symbols.strings().contains(function.name) && symbols.strings().contains(function.file),
           "a function's strings exist");
  }
  for (uint32_t i = 0; i < symbols.location_count(); ++i) {
    Demand(symbols.mappings().contains(symbols.location(model::LocationId(i)).mapping), "a location's mapping exists");
    for (const model::Line& line : symbols.lines(model::LocationId(i))) {
      Demand(symbols.functions().contains(line.function), "a line's function exists");
    }
  }
}

void CheckStacks(const model::StackTrie& stacks, const model::Symbols& symbols) {
  for (model::StackId id(1); id.index() < stacks.size(); ++id.value) {
    Demand(stacks.caller(id) < id, "a caller comes before its callees");
    Demand(stacks.location(id).index() < symbols.location_count(), "a stack's location exists");
  }
}

void Check(const model::Profile& profile) {
  CheckSymbols(profile.symbols);
  CheckStacks(profile.stacks, profile.symbols);
  Demand(profile.sample_value.size() == profile.sample_count() * profile.value_count(), "a value per sample and type");
  Demand(profile.sample_labels.size() == profile.sample_count(), "a label set per sample");
  for (size_t i = 0; i < profile.sample_count(); ++i) {
    Demand(profile.stacks.contains(profile.sample_stack[i]), "a sample's stack exists");
    Demand(profile.sample_labels[i].index() < profile.labels.size(), "a sample's labels exist");
  }
}

void Check(const proto::GoroutineDumps& dumps) {
  for (const model::GoroutineDump& dump : dumps) {
    CheckSymbols(dump.symbols);
    CheckStacks(dump.stacks, dump.symbols);
  }
}

void Check(const std::unique_ptr<model::EventSource>& source) {
  model::Time last = INT64_MIN;
  for (auto batch = source->Next(); !batch.empty(); batch = source->Next()) {
    for (const model::Event& event : batch) {
      Demand(event.time >= last, "time does not go back");
      last = event.time;
      Demand(source->stacks().contains(event.stack) && source->stacks().contains(event.subject_stack),
             "an event's stacks exist");
      const model::StringTable& strings = source->symbols().strings();
      Demand(strings.contains(event.name) && strings.contains(event.text) && strings.contains(event.reason_text),
             "an event's strings exist");
    }
  }
  CheckSymbols(source->symbols());
  CheckStacks(source->stacks(), source->symbols());
}

}  // namespace

bool ReadAnything(std::string_view bytes) {
  try {
    const proto::Input input = proto::ReadBytes("fuzz", bytes, {.open = {.max_unpacked_bytes = 64 << 20}});
    std::visit([](const auto& read) { Check(read); }, input);
    return true;
  } catch (const model::InputError&) {
    return false;
  }
}

std::string UnpackedFile(const std::string& path) {
  const auto source = proto::OpenInput(path);
  std::string bytes;
  for (auto span = source->Next(); !span.empty(); span = source->Next()) bytes.append(span.begin(), span.end());
  return bytes;
}

}  // namespace test_support
