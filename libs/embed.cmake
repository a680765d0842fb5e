# cmake -DOUT=… -DNAMESPACE=… -DFILES=a;b -P embed.cmake
# Writes a header with one array of {file name, content}, in the order given.
set(text "#pragma once\n\n#include <string_view>\n\nnamespace ${NAMESPACE} {\n")
string(APPEND text "struct EmbeddedFile {\n  std::string_view name;\n  std::string_view content;\n};\n")
string(APPEND text "inline constexpr EmbeddedFile kEmbeddedFiles[] = {\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  # Hex keeps every byte and avoids the compiler's limit on one string literal being split badly.
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(APPEND text "    {\"${name}\", std::string_view(\"${escaped}\", ${size})},\n")
endforeach()
string(APPEND text "};\n} // namespace ${NAMESPACE}\n")
file(WRITE ${OUT}.new "${text}")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
