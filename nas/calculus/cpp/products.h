// Products of small matrices that stay in the cache.
//
// C is made in tiles of rows × columns vectors that live in registers while the depth runs: each
// step loads `columns` vectors of B and one number of A per row, and does rows · columns
// multiply-adds. A tile takes rows · columns registers for the sums, `columns` for B, two for A.

#if defined(CPU_CAPABILITY_AVX512) || defined(__aarch64__)
constexpr int registers = 32;
#else
constexpr int registers = 16;
#endif
constexpr int most_columns = registers / 8;  // vectors side by side in a tile
constexpr int rows_beside(int columns) { return (registers - 2 - columns) / columns; }

struct Strides {
  int64_t row, column;
};

// C (rows, columns vectors) = A (rows, depth) · B (depth, columns vectors), or added to C.
template <class T, int rows, int columns, bool add>
inline void tile_product(int64_t depth, const T* a, Strides sa, const T* b, int64_t ldb, T* c,
                         int64_t ldc) {
  using Vector = VectorOf<T>;
  Vector sum[rows][columns];
#pragma GCC unroll 32
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j)
      sum[i][j] = add ? Vector::loadu(c + i * ldc + j * lanes<T>) : Vector(T(0));
  for (int64_t k = 0; k < depth; ++k) {
    Vector right[columns];
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) right[j] = Vector::loadu(b + k * ldb + j * lanes<T>);
#pragma GCC unroll 32
    for (int i = 0; i < rows; ++i) {
      const Vector left(a[i * sa.row + k * sa.column]);
#pragma GCC unroll 8
      for (int j = 0; j < columns; ++j) sum[i][j] = fmadd(left, right[j], sum[i][j]);
    }
  }
#pragma GCC unroll 32
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) sum[i][j].store(c + i * ldc + j * lanes<T>);
}

template <class T, int columns, bool add>
void panel_product(int64_t rows, int64_t depth, const T* a, Strides sa, const T* b, int64_t ldb,
                   T* c, int64_t ldc) {
  constexpr int many = rows_beside(columns);
  int64_t i = 0;
  for (; i + many <= rows; i += many)
    tile_product<T, many, columns, add>(depth, a + i * sa.row, sa, b, ldb, c + i * ldc, ldc);
  for (; i + 2 <= rows; i += 2)
    tile_product<T, 2, columns, add>(depth, a + i * sa.row, sa, b, ldb, c + i * ldc, ldc);
  for (; i < rows; ++i)
    tile_product<T, 1, columns, add>(depth, a + i * sa.row, sa, b, ldb, c + i * ldc, ldc);
}

// C (rows, width) = A (rows, depth) · B (depth, width), or added; width a multiple of the lanes.
template <class T, bool add>
void product(int64_t rows, int64_t width, int64_t depth, const T* a, Strides sa, const T* b,
             int64_t ldb, T* c, int64_t ldc) {
  int64_t j = 0;
  for (; j + most_columns * lanes<T> <= width; j += most_columns * lanes<T>)
    panel_product<T, most_columns, add>(rows, depth, a, sa, b + j, ldb, c + j, ldc);
  for (; j + 2 * lanes<T> <= width; j += 2 * lanes<T>)
    panel_product<T, 2, add>(rows, depth, a, sa, b + j, ldb, c + j, ldc);
  for (; j < width; j += lanes<T>)
    panel_product<T, 1, add>(rows, depth, a, sa, b + j, ldb, c + j, ldc);
}
