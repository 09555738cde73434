package bill

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"deliverd/internal/focus"
)

// ProductOverride says what a product is in FOCUS where the product table does
// not know it or where another view of it is wanted. It outranks the table.
type ProductOverride struct {
	Product string // its code or name in the bill; one that the table knows stands for all of its codes and names

	// Blank: as the table has it. For a product that it does not know, Name and
	// Category are needed; a blank Subcategory is Other (<Category>).
	Name, Category, Subcategory, ResourceType string
}

// CheckProducts reports everything that is wrong with overrides. A [Mapper]
// leaves out those that are wrong.
func CheckProducts(overrides []ProductOverride) error {
	_, errs := newCatalogue(overrides)
	return errors.Join(errs...)
}

// serviceParents are the ServiceSubcategories and their ServiceCategories, read once.
var serviceParents = sync.OnceValue(focus.SubcategoryParents)

// catalogue is what a mapper knows of products: the table, and above it the
// overrides, by what they override and by the ServiceName that they give.
type catalogue struct {
	table      products
	overriding map[string]*product
	named      map[string]*product
}

func newCatalogue(overrides []ProductOverride) (*catalogue, []error) {
	c := &catalogue{table: productTable()}
	if len(overrides) == 0 {
		return c, nil
	}
	c.overriding, c.named = map[string]*product{}, map[string]*product{}
	var errs []error
	for _, o := range overrides {
		if err := c.add(o); err != nil {
			errs = append(errs, fmt.Errorf("product %q: %w", o.Product, err))
		}
	}
	return c, errs
}

func (c *catalogue) add(o ProductOverride) error {
	if fold(o.Product) == "" {
		return errors.New("no product: give the code or the name that the bill has")
	}
	p, err := c.resolve(o)
	if err != nil {
		return err
	}
	parents := serviceParents()
	if _, allowed := parents[otherOf(p.category)]; !allowed {
		return fmt.Errorf("ServiceCategory %q is none of FOCUS: %s", p.category, categories(parents))
	}
	if parent := parents[p.subcategory]; parent != p.category {
		return fmt.Errorf("ServiceSubcategory %q is none of the ServiceCategory %q", p.subcategory, p.category)
	}
	key := c.key(o.Product)
	if c.overriding[key] != nil {
		return errors.New("overridden twice")
	}
	if same := c.named[fold(p.name)]; same != nil && (same.category != p.category || same.subcategory != p.subcategory) {
		return fmt.Errorf("the name %q has another category above: a ServiceName has one", p.name)
	}
	c.overriding[key], c.named[fold(p.name)] = p, p
	return nil
}

// resolve fills what an override leaves blank from the table's product of that
// name, else from the one that it overrides.
func (c *catalogue) resolve(o ProductOverride) (*product, error) {
	base := c.table.find(o.Name, o.Product)
	if base == nil {
		base = &product{}
	}
	p := &product{
		name: first(o.Name, base.name), category: first(o.Category, base.category),
		subcategory: o.Subcategory, resourceType: first(o.ResourceType, base.resourceType),
	}
	switch {
	case fold(p.name) == "":
		return nil, errors.New("it needs a name, for the product table does not know it")
	case p.category == "":
		return nil, errors.New("it needs a ServiceCategory, for the product table does not know it")
	case p.subcategory == "" && p.category == base.category:
		p.subcategory = base.subcategory
	case p.subcategory == "":
		p.subcategory = otherOf(p.category)
	}
	return p, nil
}

func otherOf(category string) string { return "Other (" + category + ")" }

func categories(parents map[string]string) []string {
	var all []string
	for _, category := range parents {
		all = append(all, category)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// key is what an override of a product is known by.
func (c *catalogue) key(word string) string {
	if p := c.table.find(word); p != nil {
		return fold(p.name)
	}
	return fold(word)
}

// find is the product of a code, else of a name; nil when nothing knows it.
// Whatever led to a ServiceName, its category is that of the name.
func (c *catalogue) find(code, name string) *product {
	p := c.table.find(code, name)
	if len(c.overriding) == 0 {
		return p
	}
	for _, word := range [...]string{code, name} {
		if o := c.overriding[c.key(word)]; o != nil {
			return o
		}
	}
	if p != nil {
		name = p.name
	}
	if o := c.named[fold(name)]; o != nil {
		return o
	}
	return p
}
