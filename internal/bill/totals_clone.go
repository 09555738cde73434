package bill

// clone is a copy that shares nothing that changes.
func (t *Parts) clone() *Parts {
	c := *t
	c.Products = cloneEntries(t.Products)
	c.Regions, c.Projects, c.PayModes = cloneGroups(t.Regions), cloneGroups(t.Projects), cloneGroups(t.PayModes)
	if t.Tags != nil {
		c.Tags = make(map[string]map[string]*Group, len(t.Tags))
		for key, groups := range t.Tags {
			c.Tags[key] = cloneGroups(groups)
		}
	}
	return &c
}

func cloneEntries(all map[string]*Entry) map[string]*Entry {
	if all == nil {
		return nil
	}
	c := make(map[string]*Entry, len(all))
	for key, e := range all {
		copied := *e
		c[key] = &copied
	}
	return c
}

func cloneGroups(all map[string]*Group) map[string]*Group {
	if all == nil {
		return nil
	}
	c := make(map[string]*Group, len(all))
	for key, g := range all {
		c[key] = &Group{Entry: g.Entry, Products: cloneEntries(g.Products)}
	}
	return c
}
