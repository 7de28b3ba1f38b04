#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Damage and oddities that a decoder could step over. Counted by kind, the first few of each kept with their place,
// printed at the end of a report and part of its JSON, so that nothing is skipped in silence.
namespace model {

class Warnings {
 public:
  static constexpr size_t kExamplesKept = 3;

  struct Kind {
    std::string name;  // "odd perf line", "region ended twice"
    uint64_t count = 0;
    std::vector<std::string> examples;  // at most kExamplesKept, "line 17: found ..."
  };

  void Add(std::string_view kind, std::string_view example);
  void Absorb(const Warnings& other);
  bool empty() const { return kinds_.empty(); }
  const std::vector<Kind>& kinds() const { return kinds_; }  // in order of first appearance

 private:
  Kind& Find(std::string_view name);
  std::vector<Kind> kinds_;
};

}  // namespace model
