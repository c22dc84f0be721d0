# Everything comes from Debian 12; `./dev deps` installs it.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(msgpack REQUIRED CONFIG) # target msgpackc-cxx
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(nats REQUIRED IMPORTED_TARGET libnats)
pkg_check_modules(uring REQUIRED IMPORTED_TARGET liburing)
pkg_check_modules(ncursesw REQUIRED IMPORTED_TARGET ncursesw)
pkg_check_modules(cjose REQUIRED IMPORTED_TARGET cjose jansson)

# cpp-hocon ships no usable package file, and needs leatherman and boost_regex
# without saying so.
find_library(HOCON_LIBRARY cpp-hocon REQUIRED)
find_library(LEATHERMAN_UTIL leatherman_util REQUIRED)
find_library(LEATHERMAN_LOCALE leatherman_locale)
find_library(BOOST_REGEX boost_regex REQUIRED)
add_library(hocon_import INTERFACE)
target_link_libraries(hocon_import INTERFACE ${HOCON_LIBRARY} ${BOOST_REGEX})
