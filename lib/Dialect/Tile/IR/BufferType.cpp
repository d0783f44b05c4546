//===- BufferType.cpp - elements in a space -------------------------------===//
#include "opc/Dialect/Tile/IR/TileDialect.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace opc::tile;

namespace {

/// Reads one of an enumeration's names.
template <typename Enum>
ParseResult parseName(AsmParser &parser, StringRef what, Enum &out,
                      std::optional<Enum> (*find)(StringRef)) {
  StringRef name;
  SMLoc place = parser.getCurrentLocation();
  if (parser.parseKeyword(&name))
    return failure();
  std::optional<Enum> found = find(name);
  if (!found)
    return parser.emitError(place)
           << "there is no " << what << " '" << name << "'";
  out = *found;
  return success();
}

/// kDynamic where a factor is not known, or the product is beyond all memory.
int64_t product(int64_t a, int64_t b) {
  int64_t result;
  if (ShapedType::isDynamic(a) || ShapedType::isDynamic(b) ||
      llvm::MulOverflow(a, b, result))
    return ShapedType::kDynamic;
  return result;
}

ParseResult parseExtents(AsmParser &parser, SmallVector<int64_t> &out) {
  return parser.parseCommaSeparatedList(
      AsmParser::Delimiter::Square, [&]() -> ParseResult {
        if (succeeded(parser.parseOptionalQuestion())) {
          out.push_back(ShapedType::kDynamic);
          return success();
        }
        return parser.parseInteger(out.emplace_back());
      });
}

/// What follows the space: `padded = [...]` and `layout = NAME`, each optional.
ParseResult parseRest(AsmParser &parser, SmallVector<int64_t> &padded,
                      Layout &layout) {
  while (succeeded(parser.parseOptionalComma())) {
    StringRef key;
    SMLoc place = parser.getCurrentLocation();
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return failure();
    if (key == "padded") {
      padded.clear();
      if (parseExtents(parser, padded))
        return failure();
    } else if (key == "layout") {
      if (parseName(parser, "layout", layout, symbolizeLayout))
        return failure();
    } else {
      return parser.emitError(place) << "a buffer has no '" << key << "'";
    }
  }
  return success();
}

} // namespace

Type BufferType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape, padded;
  Type element;
  Space space = Space::Global;
  Layout layout = Layout::RowMajor;
  if (parser.parseLess() || parser.parseDimensionList(shape) ||
      parser.parseType(element) || parser.parseComma() ||
      parseName(parser, "space", space, symbolizeSpace))
    return {};
  padded = shape;
  if (parseRest(parser, padded, layout) || parser.parseGreater())
    return {};
  MLIRContext *context = parser.getContext();
  SpaceAttr where = SpaceAttr::get(context, space);
  auto fail = [&] { return parser.emitError(parser.getNameLoc()); };
  if (failed(verify(fail, shape, element, where, padded, layout)))
    return {};
  return get(context, shape, element, where, padded, layout);
}

void BufferType::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printDimensionList(getShape());
  printer << 'x' << getElementType() << ", "
          << stringifySpace(getSpace().getValue());
  if (getPadded() != getShape()) {
    printer << ", padded = [";
    llvm::interleaveComma(getPadded(), printer, [&](int64_t extent) {
      if (ShapedType::isDynamic(extent))
        printer << '?';
      else
        printer << extent;
    });
    printer << ']';
  }
  if (getLayout() != Layout::RowMajor)
    printer << ", layout = " << stringifyLayout(getLayout());
  printer << '>';
}

LogicalResult BufferType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> shape, Type element,
                                 SpaceAttr space, ArrayRef<int64_t> padded,
                                 Layout layout) {
  if (shape.empty())
    return emitError() << "a buffer has 1 axis or more";
  if (!isa<FloatType, IntegerType>(element) ||
      opc::tile::elementBytes(element) == 0)
    return emitError() << "elements of " << element << " are no whole bytes";
  if (padded.size() != shape.size())
    return emitError() << "padded has " << padded.size() << " axes, the buffer "
                       << shape.size();
  for (auto [extent, whole] : llvm::zip(shape, padded)) {
    bool known =
        !ShapedType::isDynamic(extent) && !ShapedType::isDynamic(whole);
    if (known && whole < extent)
      return emitError() << "padded extent " << whole << " is below the extent "
                         << extent;
  }
  if (layout != Layout::RowMajor && shape.size() < 2)
    return emitError() << "layout " << stringifyLayout(layout)
                       << " takes 2 axes or more";
  return success();
}

BufferType BufferType::get(ArrayRef<int64_t> shape, Type element, Space space) {
  MLIRContext *context = element.getContext();
  return get(context, shape, element, SpaceAttr::get(context, space), shape,
             Layout::RowMajor);
}

int64_t BufferType::elementBytes() const {
  return opc::tile::elementBytes(getElementType());
}

int64_t BufferType::bytes() const {
  int64_t bytes = elementBytes();
  for (int64_t extent : getPadded())
    bytes = product(bytes, extent);
  return bytes;
}

SmallVector<int64_t> BufferType::strides() const {
  SmallVector<int64_t> strides(getRank());
  SmallVector<int64_t> order =
      llvm::to_vector(llvm::seq<int64_t>(0, getRank()));
  if (getLayout() == Layout::ColumnMajor)
    std::swap(order[getRank() - 1], order[getRank() - 2]);
  int64_t stride = 1;
  for (int64_t axis : llvm::reverse(order)) {
    strides[axis] = stride;
    stride = product(stride, getPadded()[axis]);
  }
  return strides;
}
