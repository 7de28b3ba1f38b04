#pragma once

#include <string>
#include <string_view>
#include <vector>

// What is known of waits inside the standard library and of well-known packages: whose they are, who ends them, of which bug
// they are the sign. The built-in table is waits.table, which says how an entry is written; users add their own.
namespace analysis::deadlock {

enum class Role : uint8_t {
  kIdle,      // by design: for work, a peer, or the end
  kLoop,      // the same, where it receives; what it hands on, somebody has to take
  kResource,  // for something limited that others hold, as a lock
  kResult,    // for somebody else's work to be done
  kOutside,   // for something outside of the process
  kOpen,      // either; the entry only explains
};

struct KnownWait {
  std::vector<std::string> frames;  // '#' stands for a number
  std::string start;                // empty = however it was started
  std::string token;                // of a resource: a goroutine of this start lives as long as its creator has one
  std::string holder;               // who has this function on its stack has the resource, or is doing the work
  Role role = Role::kOpen;
  std::string means, ender, sign, advice;
};

class Knowledge {
 public:
  Knowledge();  // the built-in table

  // Entries of `text` come before those there are. InputError names the line.
  void Add(const std::string& name, std::string_view text);

  // nullptr where nothing is known. O(entries): ask once for each place.
  const KnownWait* Find(std::string_view frame, std::string_view start) const;

 private:
  std::vector<KnownWait> entries_;
};

// A resource or a result: as at a lock, nobody waits there for want of something to do.
inline bool NeverIdles(const KnownWait* known) {
  return known != nullptr && (known->role == Role::kResource || (known->role == Role::kResult && !known->holder.empty()));
}

// Does `name` have this shape? "v#.(*Pool).get.func#" fits "v9.(*Pool).get.func2".
bool FitsPattern(std::string_view pattern, std::string_view name);

}  // namespace analysis::deadlock
