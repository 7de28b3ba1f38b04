#include "model/input_error.h"

#include <fmt/format.h>

namespace model {
namespace {

std::string Describe(const std::string& file, const Position& where, const std::string& message) {
  const std::string record = where.record.empty() ? "" : fmt::format(" ({})", where.record);
  if (where.line != 0) return fmt::format("{}:{}{}: {}", file, where.line, record, message);
  return fmt::format("{}: byte {}{}: {}", file, where.byte, record, message);
}

}  // namespace

InputError::InputError(std::string file, Position where, const std::string& message)
    : std::runtime_error(Describe(file, where, message)), file_(std::move(file)), where_(std::move(where)) {}

InputError::InputError(std::string file, const std::string& message)
    : std::runtime_error(fmt::format("{}: {}", file, message)), file_(std::move(file)) {}

}  // namespace model
