//===- TileDialect.td - spaces, buffers and tokens of tiles -*- tablegen -*-===//
//
// Programs of cores that have memories of their own: tiles are copied in, worked
// on whole, and copied out. A machine (Machine.h) says what each space holds and
// which copies and ops there are.
//
//===----------------------------------------------------------------------===//
#ifndef TILE_DIALECT_TD
#define TILE_DIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Tile_Dialect : Dialect {
  let name = "tile";
  let summary = "tiles in the memories of cores, copied and worked on whole";
  let description = [{
    A function is what each core runs. Its arguments are in global memory; buffers
    of other spaces are made in it. Copies are the only thing that goes on beside
    the program: all else happens in the order of the text. Loops and conditions
    are those of scf.
  }];
  let cppNamespace = "::opc::tile";
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
}

/// An enumeration, spelled as its cases are.
class Tile_Enum<string name, string what, list<I32EnumAttrCase> values>
    : I32EnumAttr<name, what, values> {
  let cppNamespace = "::opc::tile";
  let genSpecializedAttr = 0;
}
class Tile_EnumAttr<Tile_Enum of, string mnemonic>
    : EnumAttr<Tile_Dialect, of, mnemonic>;

def Tile_Space : Tile_Enum<"Space", "a memory by its name", [
  I32EnumAttrCase<"Global", 0, "global">,
  I32EnumAttrCase<"Shared", 1, "shared">,
  I32EnumAttrCase<"Vector", 2, "vector">,
  I32EnumAttrCase<"MatrixA", 3, "matrix_a">,
  I32EnumAttrCase<"MatrixB", 4, "matrix_b">,
  I32EnumAttrCase<"MatrixC", 5, "matrix_c">,
  I32EnumAttrCase<"Scalar", 6, "scalar">]>;
def Tile_SpaceAttr : Tile_EnumAttr<Tile_Space, "space"> {
  let summary = "a memory by its name; the machine says how large it is";
}

def Tile_Layout : Tile_Enum<"Layout", "the order of elements in a buffer", [
  I32EnumAttrCase<"RowMajor", 0, "row_major">,
  I32EnumAttrCase<"ColumnMajor", 1, "column_major">,
  I32EnumAttrCase<"NZ", 2, "nz">,
  I32EnumAttrCase<"ZZ", 3, "zz">,
  I32EnumAttrCase<"ZN", 4, "zn">]>;

def Tile_Scope : Tile_Enum<"Scope", "the cores that wait for each other", [
  I32EnumAttrCase<"Core", 0, "core">,
  I32EnumAttrCase<"Cluster", 1, "cluster">,
  I32EnumAttrCase<"Device", 2, "device">]>;
def Tile_ScopeAttr : Tile_EnumAttr<Tile_Scope, "scope">;

/// The tables of names: what element-wise ops compute.
def Tile_UnaryKind : Tile_Enum<"UnaryKind", "a function of one element", [
  I32EnumAttrCase<"Copy", 0, "copy">, I32EnumAttrCase<"Abs", 1, "abs">,
  I32EnumAttrCase<"Neg", 2, "neg">, I32EnumAttrCase<"Exp", 3, "exp">,
  I32EnumAttrCase<"Log", 4, "log">, I32EnumAttrCase<"Sqrt", 5, "sqrt">,
  I32EnumAttrCase<"Rsqrt", 6, "rsqrt">,
  I32EnumAttrCase<"Reciprocal", 7, "reciprocal">,
  I32EnumAttrCase<"Relu", 8, "relu">, I32EnumAttrCase<"Tanh", 9, "tanh">,
  I32EnumAttrCase<"Sigmoid", 10, "sigmoid">, I32EnumAttrCase<"Erf", 11, "erf">,
  I32EnumAttrCase<"Floor", 12, "floor">, I32EnumAttrCase<"Ceil", 13, "ceil">,
  I32EnumAttrCase<"Gelu", 14, "gelu">,
  I32EnumAttrCase<"GeluTanh", 15, "gelu_tanh">]>;
def Tile_UnaryKindAttr : Tile_EnumAttr<Tile_UnaryKind, "unary_kind">;

def Tile_BinaryKind : Tile_Enum<"BinaryKind", "a function of two elements", [
  I32EnumAttrCase<"Add", 0, "add">, I32EnumAttrCase<"Sub", 1, "sub">,
  I32EnumAttrCase<"Mul", 2, "mul">, I32EnumAttrCase<"Div", 3, "div">,
  I32EnumAttrCase<"Max", 4, "max">, I32EnumAttrCase<"Min", 5, "min">]>;
def Tile_BinaryKindAttr : Tile_EnumAttr<Tile_BinaryKind, "binary_kind">;

def Tile_Predicate : Tile_Enum<"Predicate", "a comparison of two elements", [
  I32EnumAttrCase<"Eq", 0, "eq">, I32EnumAttrCase<"Ne", 1, "ne">,
  I32EnumAttrCase<"Lt", 2, "lt">, I32EnumAttrCase<"Le", 3, "le">,
  I32EnumAttrCase<"Gt", 4, "gt">, I32EnumAttrCase<"Ge", 5, "ge">]>;
def Tile_PredicateAttr : Tile_EnumAttr<Tile_Predicate, "predicate">;

def Tile_ReduceKind : Tile_Enum<"ReduceKind", "how elements combine", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Max", 1, "max">,
  I32EnumAttrCase<"Min", 2, "min">]>;
def Tile_ReduceKindAttr : Tile_EnumAttr<Tile_ReduceKind, "reduce_kind">;

def Tile_Axis : Tile_Enum<"Axis", "the axis that is reduced", [
  I32EnumAttrCase<"First", 0, "first">, I32EnumAttrCase<"Last", 1, "last">]>;
def Tile_AxisAttr : Tile_EnumAttr<Tile_Axis, "axis">;

class Tile_Type<string name, string typeMnemonic>
    : TypeDef<Tile_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def Tile_Buffer : Tile_Type<"Buffer", "buffer"> {
  let summary = "elements in a space";
  let description = [{
    Extents of 1 or more axes, the type of elements (i1 takes a byte), the space,
    and how elements lie there: `padded` are the extents that memory is set aside
    for, where they are larger, and `layout` is their order. Extents may be `?` in
    global memory and in a part of a buffer.

    ```mlir
    !tile.buffer<?x1000xf32, global>
    !tile.buffer<16x100xf32, vector, padded = [16, 104]>
    !tile.buffer<32x64xf16, matrix_a, layout = zz>
    ```
  }];
  let parameters = (ins
    ArrayRefParameter<"int64_t">:$shape, "::mlir::Type":$elementType,
    "::opc::tile::SpaceAttr":$space, ArrayRefParameter<"int64_t">:$padded,
    EnumParameter<Tile_Layout>:$layout);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// A dense one in row-major order.
    static BufferType get(::llvm::ArrayRef<int64_t> shape, ::mlir::Type element,
                          ::opc::tile::Space space);
    static constexpr int64_t kDynamic = ::mlir::ShapedType::kDynamic;
    int64_t getRank() const { return getShape().size(); }
    bool isGlobal() const {
      return getSpace().getValue() == ::opc::tile::Space::Global;
    }
    bool hasStaticShape() const {
      return !::mlir::ShapedType::isDynamicShape(getShape());
    }
    /// Bytes of one element.
    int64_t elementBytes() const;
    /// Bytes that memory is set aside for; kDynamic where only the run knows.
    int64_t bytes() const;
    /// Elements from one index of each axis to the next, of row-major and
    /// column-major buffers; kDynamic where only the run knows.
    ::llvm::SmallVector<int64_t> strides() const;
  }];
}

def Tile_Token : Tile_Type<"Token", "token"> {
  let summary = "a copy that goes on, to be waited for once";
}

#endif // TILE_DIALECT_TD
