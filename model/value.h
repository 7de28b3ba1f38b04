#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What a machine-readable report is made of: JSON's kinds of value, with integers kept exact and object members in the
// order they were added. Only reports use it; analyses work on typed results.
namespace model {

class Value;
using ValueList = std::vector<Value>;
using ValueObject = std::vector<std::pair<std::string, Value>>;

class Value {
 public:
  using Kind = std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string, ValueList, ValueObject>;

  Value() : kind_(nullptr) {}
  Value(std::nullptr_t) : kind_(nullptr) {}
  Value(bool value) : kind_(value) {}
  Value(int value) : kind_(int64_t{value}) {}
  Value(int64_t value) : kind_(value) {}
  Value(uint64_t value) : kind_(value) {}
  Value(double value) : kind_(value) {}
  Value(const char* value) : kind_(std::string(value)) {}
  Value(std::string_view value) : kind_(std::string(value)) {}
  Value(std::string value) : kind_(std::move(value)) {}
  Value(ValueList value) : kind_(std::move(value)) {}
  Value(ValueObject value) : kind_(std::move(value)) {}

  const Kind& kind() const { return kind_; }
  bool is_null() const { return std::holds_alternative<std::nullptr_t>(kind_); }
  std::optional<double> number() const {  // of integers and doubles
    if (const auto* number = std::get_if<int64_t>(&kind_)) return static_cast<double>(*number);
    if (const auto* number = std::get_if<uint64_t>(&kind_)) return static_cast<double>(*number);
    if (const auto* number = std::get_if<double>(&kind_)) return *number;
    return std::nullopt;
  }

 private:
  Kind kind_;
};

}  // namespace model
