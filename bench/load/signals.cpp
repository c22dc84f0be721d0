#include "bench/load/works.hpp"

#include <iostream>
#include <string>

namespace rookery::load {

void signals::give(const char* word) const {
  std::cout << word << std::endl;
  std::string line;
  if (in_step_)
    std::getline(std::cin, line);
}

} // namespace rookery::load
