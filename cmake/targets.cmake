# Helpers that make one target of one folder. Warnings are errors everywhere.

# Objects name sources from the root ("base/frame.cpp"), wherever it lies: checks
# that fail say so, and checkouts share what ccache holds.
file(RELATIVE_PATH from_build ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
                    -ffile-prefix-map=${from_build}=)

function(rookery_target_options target)
  target_compile_options(
    ${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                      -Wno-missing-field-initializers -Werror)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  if(ROOKERY_SANITIZE)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      # The sanitizers mislead this warning; the other builds keep it.
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
    endif()
    target_compile_options(
      ${target} PUBLIC -fsanitize=${ROOKERY_SANITIZE} -fno-omit-frame-pointer
                       -fno-sanitize-recover=all -g1)
    target_link_options(${target} PUBLIC -fsanitize=${ROOKERY_SANITIZE})
  endif()
endfunction()

# rookery_library(<folder> [FOLDERS ...] [SOURCES ...] [LINK ...] [DEFINE ...]
# [PCH ...]): a static library rookery_<last part of folder> of folder/*.cpp, or
# of those of FOLDERS, and of SOURCES.
function(rookery_library folder)
  cmake_parse_arguments(ARG "" "" "FOLDERS;SOURCES;LINK;DEFINE;PCH" ${ARGN})
  get_filename_component(name ${folder} NAME)
  set(target rookery_${name})
  if(NOT ARG_FOLDERS)
    set(ARG_FOLDERS ${folder})
  endif()
  list(TRANSFORM ARG_FOLDERS PREPEND ${CMAKE_SOURCE_DIR}/)
  list(TRANSFORM ARG_FOLDERS APPEND /*.cpp)
  file(GLOB sources CONFIGURE_DEPENDS ${ARG_FOLDERS})
  list(APPEND sources ${ARG_SOURCES})
  if(sources)
    add_library(${target} STATIC ${sources})
    rookery_target_options(${target})
    target_link_libraries(${target} PUBLIC ${ARG_LINK})
    target_compile_definitions(${target} PUBLIC ${ARG_DEFINE})
    if(ARG_PCH)
      if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        target_compile_options(${target} PRIVATE -fpch-preprocess) # for ccache
      endif()
      target_precompile_headers(${target} PRIVATE ${ARG_PCH})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} INTERFACE ${ARG_LINK})
    target_compile_definitions(${target} INTERFACE ${ARG_DEFINE})
  endif()
endfunction()

# rookery_program(<name> <folder> [LINK ...]): a program of folder/*.cpp.
function(rookery_program name folder)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  rookery_target_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
endfunction()
