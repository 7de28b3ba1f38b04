#include "proto/byte_source.h"
