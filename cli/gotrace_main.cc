#include "cli/program.h"

int main(int argc, char** argv) { return cli::Run(cli::kGotrace, argc, argv); }
