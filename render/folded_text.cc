#include "render/folded_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "model/stack_trie.h"
#include "model/string_table.h"

namespace render {
namespace {

// "[kernel.kallsyms]", "[nf_conntrack]", "vmlinux-6.1", "ext4.ko.xz"; not what else stands in brackets.
bool IsKernel(std::string_view mapping) {
  const std::string_view base = mapping.substr(mapping.rfind('/') + 1);
  if (!base.starts_with('['))
    return base.starts_with("vmlinux") || base.ends_with(".ko") || base.find(".ko.") != std::string_view::npos;
  return base != "[vdso]" && base != "[vsyscall]" && base != "[heap]" && base != "[stack]" && base != "[anon]" &&
         base != "[unknown]";
}

// "/tmp/perf-1234.map" and "jitted-1234-5.so" are how perf knows code that was compiled at run time.
bool IsJit(std::string_view mapping) {
  const std::string_view base = mapping.substr(mapping.rfind('/') + 1);
  return (base.starts_with("perf-") && base.ends_with(".map")) || (base.starts_with("jitted-") && base.ends_with(".so"));
}

// The names a location stands for, outermost first, with their marks.
class FrameNames {
 public:
  FrameNames(const model::Symbols& symbols, const FoldedOptions& options)
      : symbols_(symbols), options_(options), known_(symbols.location_count()) {}

  const std::vector<model::StringId>& operator[](model::LocationId id) {
    std::vector<model::StringId>& names = known_[id.index()];
    if (!names.empty()) return names;
    const auto lines = symbols_.lines(id);
    for (size_t i = lines.size(); i > 0; --i)
      names.push_back(names_.Intern(Name(symbols_.location(id), lines[i - 1], i < lines.size())));
    if (lines.empty()) names.push_back(names_.Intern(Name(symbols_.location(id), {}, false)));
    return names;
  }
  std::string_view text(model::StringId id) const { return names_[id]; }

 private:
  std::string Name(const model::Location& place, const model::Line& line, bool is_inlined) const {
    std::string name(symbols_.function_name(line.function));
    const std::string_view mapping = symbols_.text(symbols_.mappings()[place.mapping].file);
    const bool has_symbol = !name.empty() && !name.starts_with('[');
    if (!has_symbol) name = WithoutSymbol(std::move(name), mapping, place.address);
    // A semicolon would end the frame, a line end the stack.
    std::ranges::replace(name, ';', ':');
    std::ranges::replace(name, '\n', ' ');
    std::ranges::replace(name, '\r', ' ');
    return name + Mark(mapping, is_inlined);
  }

  std::string WithoutSymbol(std::string name, std::string_view mapping, uint64_t address) const {
    const std::string_view base = mapping.substr(mapping.rfind('/') + 1);
    if (options_.addresses && (address != 0 || name == "[unknown]"))
      return fmt::format("[{} <{:x}>]", base.empty() ? "unknown" : base, address);
    if (!name.empty()) return name;
    return base.empty() ? fmt::format("0x{:x}", address) : fmt::format("[{}]", base);
  }

  const char* Mark(std::string_view mapping, bool is_inlined) const {
    if (is_inlined) return options_.mark_inlined ? "_[i]" : "";
    if (options_.mark_kernel && IsKernel(mapping)) return "_[k]";
    return options_.mark_jit && IsJit(mapping) ? "_[j]" : "";
  }

  const model::Symbols& symbols_;
  const FoldedOptions& options_;
  std::vector<std::vector<model::StringId>> known_;
  model::StringTable names_;
};

// Stacks of names: many stacks of addresses are one of these. A StackTrie whose "locations" are names.
class NameStacks {
 public:
  NameStacks(const model::Profile& profile, const FoldedOptions& options) : names_(profile.symbols, options) {
    const std::vector<model::StackId> name_stack = Translate(profile.stacks);
    values_.resize(stacks_.size());
    for (size_t i = 0; i < profile.sample_count(); ++i) {
      values_[name_stack[profile.sample_stack[i].index()].index()] += profile.values(i)[options.value];
    }
  }

  void Write(const std::function<void(std::string_view)>& write) const {
    constexpr size_t kPieceBytes = 256 * 1024;
    const Children children = SortedChildren();
    std::string text;
    std::string path;
    struct Visit {
      model::StackId row;
      size_t path_before;  // length of the caller's path
    };
    std::vector<Visit> todo;
    const auto push_children = [&](model::StackId row) {
      for (size_t i = children.begin[row.index() + 1]; i > children.begin[row.index()]; --i)
        todo.push_back({children.order[i - 1], path.size()});
    };
    push_children(model::StackTrie::root());
    while (!todo.empty()) {
      const auto [row, path_before] = todo.back();
      todo.pop_back();
      path.resize(path_before);
      if (stacks_.caller(row) != model::StackTrie::root()) path += ';';
      path += NameOf(row);
      if (const int64_t value = values_[row.index()]; value != 0) {
        text += path;
        fmt::format_to(std::back_inserter(text), " {}\n", value);
      }
      if (text.size() >= kPieceBytes) {
        write(text);
        text.clear();
      }
      push_children(row);
    }
    write(text);
  }

 private:
  std::string_view NameOf(model::StackId row) const { return names_.text(model::StringId(stacks_.location(row).value)); }

  std::vector<model::StackId> Translate(const model::StackTrie& from) {
    std::vector<model::StackId> translated(from.size());
    for (uint32_t row = 1; row < from.size(); ++row) {
      const model::StackId id(row);
      model::StackId at = translated[from.caller(id).index()];
      for (const model::StringId name : names_[from.location(id)]) at = stacks_.Child(at, model::LocationId(name.value));
      translated[row] = at;
    }
    return translated;
  }

  // The rows below each row, sorted by name.
  struct Children {
    std::vector<uint32_t> begin;  // of a row's children in `order`
    std::vector<model::StackId> order;
  };
  Children SortedChildren() const {
    Children children{.begin = std::vector<uint32_t>(stacks_.size() + 1), .order = {}};
    for (uint32_t row = 1; row < stacks_.size(); ++row) ++children.begin[stacks_.caller(model::StackId(row)).index() + 1];
    for (size_t i = 1; i < children.begin.size(); ++i) children.begin[i] += children.begin[i - 1];
    children.order.resize(stacks_.size() - 1);
    std::vector<uint32_t> next(children.begin.begin(), children.begin.end() - 1);
    for (uint32_t row = 1; row < stacks_.size(); ++row)
      children.order[next[stacks_.caller(model::StackId(row)).index()]++] = model::StackId(row);
    for (size_t row = 0; row < stacks_.size(); ++row) {
      std::ranges::sort(children.order.begin() + children.begin[row], children.order.begin() + children.begin[row + 1], {},
                        [&](model::StackId id) { return NameOf(id); });
    }
    return children;
  }

  FrameNames names_;
  model::StackTrie stacks_;
  std::vector<int64_t> values_;  // by row of stacks_
};

}  // namespace

void WriteFolded(const model::Profile& profile, const FoldedOptions& options,
                 const std::function<void(std::string_view)>& write) {
  NameStacks(profile, options).Write(write);
}

std::string FoldedText(const model::Profile& profile, const FoldedOptions& options) {
  std::string text;
  WriteFolded(profile, options, [&](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace render
