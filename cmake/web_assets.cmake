# Turns the files of web/ into a C++ source, so that the program is one file.
# The SDK's module is among them as /rookery.js. Run at build time:
# cmake -DOUT=<cpp> -DWEB=<folder> -DSDK=<module> -P web_assets.cmake
file(GLOB files ${WEB}/*.html ${WEB}/*.js ${WEB}/*.css ${WEB}/*.svg)
list(APPEND files ${SDK})
set(types_html "text/html; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_svg "image/svg+xml")
set(arrays "")
set(entries "")
set(number 0)
foreach(file ${files})
  file(READ ${file} hex HEX)
  get_filename_component(name ${file} NAME)
  if(file STREQUAL SDK)
    set(name rookery.js)
    # Without its last line, which names a source map that is not served:
    # "//# sourceMappingURL=".
    string(REGEX REPLACE "2f2f2320736f757263654d617070696e6755524c3d.*" ""
                         hex "${hex}")
  endif()
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  get_filename_component(extension ${file} LAST_EXT)
  string(SUBSTRING ${extension} 1 -1 extension)
  string(APPEND arrays "constexpr char file_${number}[]{${bytes}'\\0'};\n")
  string(APPEND entries "    {\"/${name}\", \"${types_${extension}}\",\n"
         "     {file_${number}, sizeof file_${number} - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT}.new
"#include \"actors/node/front.hpp\"\n\nnamespace rookery {\n\nnamespace {\n\n"
"${arrays}\n} // namespace\n\n"
"const std::vector<web_asset>& web_assets() {\n"
"  static const std::vector<web_asset> all{\n${entries}  };\n  return all;\n}\n\n"
"} // namespace rookery\n")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
