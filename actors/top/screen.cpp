#include "actors/top/screen.hpp"

#include <clocale>
#include <cstddef>

#define NCURSES_NOMACROS
#include <curses.h>

namespace rookery {

screen::screen() {
  std::setlocale(LC_CTYPE, "");
  ::initscr(); // its handlers of SIGINT and SIGTERM give the terminal back
  ::cbreak();
  ::noecho();
  ::keypad(::stdscr, true);
  ::curs_set(0);
}

screen::~screen() {
  ::endwin();
}

top_size screen::size() const {
  return {
      static_cast<std::size_t>(getmaxx(::stdscr)),
      static_cast<std::size_t>(getmaxy(::stdscr))};
}

void screen::show(const std::vector<std::string>& lines) {
  ::werase(::stdscr); // in memory; curses sends what differs
  for (std::size_t i = 0; i < lines.size(); ++i)
    ::mvwaddstr(::stdscr, static_cast<int>(i), 0, lines[i].c_str());
  ::wrefresh(::stdscr);
}

int screen::key(std::chrono::milliseconds wait) {
  ::wtimeout(::stdscr, static_cast<int>(wait.count()));
  const int pressed = ::wgetch(::stdscr);
  return pressed == ERR ? 0 : pressed;
}

} // namespace rookery
