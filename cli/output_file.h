#pragma once

#include <string>
#include <string_view>

namespace cli {

// Writes `bytes` to `path` so that the file is there whole or not at all: beside it first, then renamed. "-" or "" is
// standard output. Throws InputError naming the file and the system's reason.
//
// In pieces, for what does not fit into memory; nothing is left behind without Commit, by Ctrl-C neither where the file
// system knows files without a name (Linux's own do).
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void Write(std::string_view bytes);
  void Commit();

 private:
  std::string PendingName() const;
  void Link();

  std::string path_;     // as the user says it
  std::string target_;   // what is written: `path_`, or where it leads as a link
  std::string pending_;  // the name beside `target_`; empty while it has none, and for what can't be renamed (a pipe)
  int file_ = -1;
};

void WriteOutput(const std::string& path, std::string_view bytes);

}  // namespace cli
