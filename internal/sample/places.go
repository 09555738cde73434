package sample

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"

	"deliverd/internal/bill"
)

type region struct {
	id    string
	name  name
	zone  name
	share int // how often, of the sum of all
}

var nowhere = region{id: "0", name: name{"Other", "其他"}, zone: name{"Other", "其他"}}

var regions = []region{
	{"9", name{"Southeast Asia (Singapore)", "亚太东南（新加坡）"}, name{"Singapore Zone ", "新加坡"}, 30},
	{"5", name{"Hong Kong/Macao/Taiwan (China) (Hong Kong)", "港澳台地区（中国香港）"}, name{"Hong Kong Zone ", "香港"}, 20},
	{"1", name{"South China (Guangzhou)", "华南地区（广州）"}, name{"Guangzhou Zone ", "广州"}, 12},
	{"4", name{"East China (Shanghai)", "华东地区（上海）"}, name{"Shanghai Zone ", "上海"}, 10},
	{"8", name{"North China (Beijing)", "华北地区（北京）"}, name{"Beijing Zone ", "北京"}, 8},
	{"17", name{"Europe (Frankfurt)", "欧洲地区（法兰克福）"}, name{"Frankfurt Zone ", "法兰克福"}, 6},
	{"22", name{"US East (Virginia)", "美国东部（弗吉尼亚）"}, name{"Virginia Zone ", "弗吉尼亚"}, 6},
	{"25", name{"Northeast Asia (Tokyo)", "亚太东北（东京）"}, name{"Tokyo Zone ", "东京"}, 4},
	{"72", name{"Southeast Asia (Jakarta)", "亚太东南（雅加达）"}, name{"Jakarta Zone ", "雅加达"}, 3},
	{"74", name{"South America (São Paulo)", "南美地区（圣保罗）"}, name{"São Paulo Zone ", "圣保罗"}, 1},
}

var zoneNumbers = [...]name{{"1", "一区"}, {"2", "二区"}, {"3", "三区"}}

type project struct{ id, name string }

// projects but the first are named by people, so they have one name.
var projects = []project{
	{"0", ""}, {"1002227", "element_test"}, {"1002301", "checkout"}, {"1002302", "Data, Lake & ML"},
	{"1002417", "移动端"}, {"1002418", `the "old" shop`}, {"1009999", "research"},
}

var defaultProject = name{"Default Project", "默认项目"}

var resourceNames = []string{"web", "api", "batch", "结算服务", "db-primary", "cache, hot", `search "v2"`, "log\ncollector", "Überwachung", "未命名", ""}

var tagKeys = []string{"app:name", "cost-center", "env", "owner", "temporary", "项目", `odd "key", really`}

var tagValues = map[string][]string{
	"app:name":          {"shop", "search", "billing/export", "a=b;c"},
	"cost-center":       {"1001", "1002", "R&D", "0042"},
	"env":               {"prod", "test", "预发布"},
	"owner":             {"alice@example.com", "王小明", "O'Neill, Pat"},
	"项目":                {"双十一", "数据平台", "迁移\\2025"},
	`odd "key", really`: {`"quoted"`, "semi;colon", "emoji 🚀"},
}

// tagSets invents sets of 0 to 5 tags, as the text of the field; "temporary"
// is the tag without a value. The first is empty.
func tagSets(r *rand.Rand) []string {
	sets := []string{""}
	for len(sets) < 48 {
		set := map[string]any{}
		for range 1 + len(sets)%5 {
			key := tagKeys[r.IntN(len(tagKeys))]
			if values := tagValues[key]; values != nil {
				set[key] = values[r.IntN(len(values))]
			} else {
				set[key] = true
			}
		}
		sets = append(sets, jsonText(set))
	}
	return sets
}

func jsonText(v any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // maps, slices and strings only
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// resource is something that is charged for, month in, month out.
type resource struct {
	product  *product
	discount e8
	line     bill.Line // what all its lines have in common
}

func (g *generator) newResource(i int) *resource {
	r, chinese := g.rand, g.bill.Chinese
	p := &g.products[i%len(g.products)]
	place, zone := nowhere, 0
	if !p.anywhere {
		place, zone = pickRegion(r), 1+r.IntN(len(zoneNumbers))
	}
	owner := g.owners[0]
	if r.IntN(2) == 0 {
		owner = g.owners[r.IntN(len(g.owners))]
	}
	pj := projects[r.IntN(len(projects))]
	res := &resource{product: p, discount: discounts[r.IntN(len(discounts))]}
	l := &res.line
	l[bill.PayerUin], l[bill.OwnerUin], l[bill.OperateUin] = g.bill.UIN, owner, owner
	if r.IntN(4) == 0 {
		l[bill.OperateUin] = owner[:len(owner)-1] + "77"
	}
	l[bill.BusinessCode], l[bill.BusinessName] = p.code, p.name.in(chinese)
	l[bill.ProductCode], l[bill.ProductName] = p.sub, p.subName.in(chinese)
	l[bill.ProjectID], l[bill.ProjectName] = pj.id, pj.name
	if pj.name == "" {
		l[bill.ProjectName] = defaultProject.in(chinese)
	}
	l[bill.RegionID], l[bill.RegionName], l[bill.ZoneName] = place.id, place.name.in(chinese), place.zone.in(chinese)
	if zone > 0 {
		l[bill.ZoneID] = place.id + "0000" + strconv.Itoa(zone)
		l[bill.ZoneName] += zoneNumbers[zone-1].in(chinese)
	}
	l[bill.ResourceID] = p.prefix + randomID(r)
	l[bill.ResourceName] = resourceNames[r.IntN(len(resourceNames))]
	if l[bill.ResourceName] != "" && r.IntN(3) > 0 {
		l[bill.ResourceName] += "-" + strconv.Itoa(i)
	}
	l[bill.Tags] = g.tags[r.IntN(len(g.tags))]
	if r.IntN(3) == 0 {
		l[bill.Tags] = ""
	}
	l[bill.Currency] = g.currency
	return res
}

func pickRegion(r *rand.Rand) region {
	n := r.IntN(100)
	for _, candidate := range regions {
		if n -= candidate.share; n < 0 {
			return candidate
		}
	}
	return regions[0]
}

func randomID(r *rand.Rand) string {
	id := "0000000" + strconv.FormatUint(r.Uint64()>>22, 36)
	return id[len(id)-8:]
}

// discounts are the multipliers a resource can have; most are those of no discount.
var discounts = []e8{one, one, one, one, 0.9e8, 0.88e8, 0.75e8, 0.680405e8, 0.33333333e8}
