// The jet of an activation of a jet, by Faà di Bruno's formula, and its gradient.

// coefficient · f⁽ᶜᵒᵘⁿᵗ⁾ · Π g[block] is a term of the component `out` of f∘g, with two factors or
// more. Each component s but the value has a term f' · g[s] besides, which needs no table.
struct Term {
  int64_t out, coefficient, count, block[max_blocks];
};

struct Table {
  const Term* terms;
  int64_t count, components, order;
};

template <class T, int count>
inline void add_term(const Term& term, const T* derivative, const T* z, int64_t stride, T* out,
                     int64_t n) {
  using Vector = VectorOf<T>;
  const Vector coefficient(static_cast<T>(term.coefficient));
  for (int64_t i = 0; i < n; i += lanes<T>) {
    Vector product = coefficient * Vector::loadu(derivative + i);
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j)
      product = product * Vector::loadu(z + term.block[j] * stride + i);
    (Vector::loadu(out + i) + product).store(out + i);
  }
}

// The gradient by f's argument and by each factor of the term, added to `dz`.
template <class T, int count>
inline void add_term_gradient(const Term& term, const T* derivative, const T* next, const T* z,
                              int64_t stride, const T* dout, T* dz, int64_t n) {
  using Vector = VectorOf<T>;
  const Vector coefficient(static_cast<T>(term.coefficient));
  for (int64_t i = 0; i < n; i += lanes<T>) {
    const Vector d = coefficient * Vector::loadu(dout + i);
    Vector factor[count];
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j) factor[j] = Vector::loadu(z + term.block[j] * stride + i);
    Vector before = d * Vector::loadu(derivative + i);  // all but the factors from j on
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j) {
      Vector others = before;
#pragma GCC unroll 4
      for (int later = j + 1; later < count; ++later) others = others * factor[later];
      T* const index = dz + term.block[j] * stride + i;
      (Vector::loadu(index) + others).store(index);
      before = before * factor[j];
    }
    Vector whole = d * Vector::loadu(next + i);
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j) whole = whole * factor[j];
    (Vector::loadu(dz + i) + whole).store(dz + i);
  }
}

template <class T>
void add_terms(const Table& table, const T (*f)[block<T>], const T* z, T* a, int64_t size,
               int64_t n) {
  for (int64_t k = 0; k < table.count; ++k) {
    const Term& term = table.terms[k];
    T* const out = a + term.out * size;
    switch (term.count) {
      case 2: add_term<T, 2>(term, f[2], z, size, out, n); break;
      case 3: add_term<T, 3>(term, f[3], z, size, out, n); break;
      default: add_term<T, 4>(term, f[4], z, size, out, n);
    }
  }
}

// The jet `a` (S, size) of f∘g from the jet `z` (S, size) of g; `derive(order, z, f, n)` writes
// f and its derivatives at n numbers.
template <class T, class Derive>
void activate(const Table& table, const Derive& derive, const T* z, T* a, int64_t size) {
  using Vector = VectorOf<T>;
  alignas(64) T f[max_order + 1][block<T>];
  for (int64_t begin = 0; begin < size; begin += block<T>, z += block<T>, a += block<T>) {
    const int64_t n = std::min(size - begin, block<T>);
    derive(table.order, z, &f[0][0], n);
    for (int64_t i = 0; i < n; i += lanes<T>) {
      Vector::loadu(f[0] + i).store(a + i);
      const Vector slope = Vector::loadu(f[1] + i);  // not read where the value is all
      for (int64_t s = 1; s < table.components; ++s)
        (slope * Vector::loadu(z + s * size + i)).store(a + s * size + i);
    }
    add_terms<T>(table, f, z, a, size, n);
  }
}

// `a` as above, and from its gradient `da` that of `z`.
template <class T, class Derive>
void activate_gradient(const Table& table, const Derive& derive, const T* z, const T* da, T* a,
                       T* dz, int64_t size) {
  using Vector = VectorOf<T>;
  alignas(64) T f[max_order + 1][block<T>];
  for (int64_t begin = 0; begin < size;
       begin += block<T>, z += block<T>, da += block<T>, a += block<T>, dz += block<T>) {
    const int64_t n = std::min(size - begin, block<T>);
    derive(table.order + 1, z, &f[0][0], n);
    for (int64_t i = 0; i < n; i += lanes<T>) {
      const Vector slope = Vector::loadu(f[1] + i), bend = Vector::loadu(f[2] + i);
      Vector first = slope * Vector::loadu(da + i), through(T(0));
      Vector::loadu(f[0] + i).store(a + i);
      for (int64_t s = 1; s < table.components; ++s) {
        const int64_t at = s * size + i;
        const Vector inner = Vector::loadu(z + at), outer = Vector::loadu(da + at);
        (slope * inner).store(a + at);
        (slope * outer).store(dz + at);
        through = fmadd(inner, outer, through);
      }
      if (table.components > 1) first = fmadd(bend, through, first);
      first.store(dz + i);
    }
    add_terms<T>(table, f, z, a, size, n);
    for (int64_t k = 0; k < table.count; ++k) {
      const Term& term = table.terms[k];
      const T* const dout = da + term.out * size;
      switch (term.count) {
        case 2: add_term_gradient<T, 2>(term, f[2], f[3], z, size, dout, dz, n); break;
        case 3: add_term_gradient<T, 3>(term, f[3], f[4], z, size, dout, dz, n); break;
        default: add_term_gradient<T, 4>(term, f[4], f[5], z, size, dout, dz, n);
      }
    }
  }
}
