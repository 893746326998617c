// The jet of an activation of a jet, by Faà di Bruno's formula, and its gradient.
//
// A jet g = (g[0], g[1], …) holds a component for each derivative, the value first. Of f∘g,
//     a[0] = f(g[0]),   a[s] = f'(g[0]) · g[s] + Σ coefficient · f⁽ⁿ⁾(g[0]) · Π g[block],
// where the sum is over the terms with n ≥ 2 factors (see DerivativeSet.faa_di_bruno), which are
// the rows of a table; the first term every component has, so that it needs no table.
//
// Gradients: d• is the derivative of the loss by •. A term t = c f⁽ⁿ⁾(g[0]) p_1 ⋯ p_n of a[s] adds
//     to dg of each factor p_j:   da[s] · c f⁽ⁿ⁾ · Π_{i ≠ j} p_i,
//     to dg[0]:                   da[s] · c f⁽ⁿ⁺¹⁾ · Π p_i,
// and so the first terms add f'(g[0]) da[s] to dg[s], and da[0] f' + Σ_s da[s] f'' g[s] to dg[0].

// A term of the component `out`: coefficient, n = count, and which components are the factors.
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

// The gradient by f's argument and by each factor of the term, added to `dz`; `derivative` and
// `next` are f⁽ⁿ⁾ and f⁽ⁿ⁺¹⁾. The products of all factors but one come from those before it, kept in
// `before`, and those after it: no division, since factors may be zero.
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
    Vector before = d * Vector::loadu(derivative + i);  // times the factors before the j-th
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j) {
      Vector others = before;
#pragma GCC unroll 4
      for (int later = j + 1; later < count; ++later) others = others * factor[later];
      T* const target = dz + term.block[j] * stride + i;
      (Vector::loadu(target) + others).store(target);
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
// f and its derivatives at n numbers. Numbers go by blocks that stay in the registers and the
// nearest cache: f and its derivatives are never written to memory as a whole.
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
      const Vector slope = Vector::loadu(f[1] + i), second = Vector::loadu(f[2] + i);
      // dg[0] = f' da[0] + f'' Σ_s g[s] da[s]; the sum is gathered in `through`.
      Vector first = slope * Vector::loadu(da + i), through(T(0));
      Vector::loadu(f[0] + i).store(a + i);
      for (int64_t s = 1; s < table.components; ++s) {
        const int64_t at = s * size + i;
        const Vector inner = Vector::loadu(z + at), gradient = Vector::loadu(da + at);
        (slope * inner).store(a + at);
        (slope * gradient).store(dz + at);
        through = fmadd(inner, gradient, through);
      }
      if (table.components > 1) first = fmadd(second, through, first);
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
