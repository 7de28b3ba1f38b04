# Writes one source file that holds waits.table as bytes (analysis/deadlock/waits_table.h).
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(WRITE ${OUTPUT} "#include \"analysis/deadlock/waits_table.h\"\nnamespace {\nconst unsigned char kBytes[] = {${bytes}0};\n}\n"
  "namespace analysis::deadlock {\nconst std::string_view kWaitsTable(reinterpret_cast<const char*>(kBytes), sizeof(kBytes) - 1);\n}\n")
