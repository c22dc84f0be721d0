# Turns the files of web/ into a C++ source, so that the program is one file.
# Run at build time: cmake -DOUT=<cpp> -DWEB=<folder> -P web_assets.cmake
file(GLOB files RELATIVE ${WEB} ${WEB}/*.html ${WEB}/*.js ${WEB}/*.css
     ${WEB}/*.svg)
set(types_html "text/html; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_svg "image/svg+xml")
set(arrays "")
set(entries "")
set(number 0)
foreach(file ${files})
  file(READ ${WEB}/${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  get_filename_component(extension ${file} LAST_EXT)
  string(SUBSTRING ${extension} 1 -1 extension)
  string(APPEND arrays "constexpr char file_${number}[]{${bytes}'\\0'};\n")
  string(APPEND entries "    {\"/${file}\", \"${types_${extension}}\",\n"
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
