# Writes one source file that holds every file of render/assets as bytes, looked up by name (render/assets.h).
file(GLOB files RELATIVE ${ROOT} ${ROOT}/*)
set(arrays "")
set(cases "")
set(hashes "")
set(n 0)
foreach(name IN LISTS files)
  file(READ ${ROOT}/${name} hex HEX)
  file(SHA256 ${ROOT}/${name} hash)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND arrays "const unsigned char kFile${n}[] = {${bytes}0};\n")
  string(APPEND cases "  if (name == \"${name}\") return {reinterpret_cast<const char*>(kFile${n}), sizeof(kFile${n}) - 1};\n")
  string(APPEND hashes "  if (name == \"${name}\") return \"${hash}\";\n")
  math(EXPR n "${n}+1")
endforeach()
file(WRITE ${OUTPUT} "#include \"render/assets.h\"\n#include <cstdlib>\nnamespace {\n${arrays}}\nnamespace render {\n"
  "std::string_view Asset([[maybe_unused]] std::string_view name) {\n${cases}  std::abort();\n}\n"
  "std::string_view AssetSha256([[maybe_unused]] std::string_view name) {\n${hashes}  std::abort();\n}\n}\n")
