package bill

import (
	"strconv"
	"strings"
	"testing"
)

func TestRegionTable(t *testing.T) {
	ids, owners := map[string]bool{}, map[string]string{}
	for _, row := range tableRows(regionsCSV) {
		id, code, name, others := row[0], row[1], row[2], row[3]
		if _, err := strconv.Atoi(id); id != "" && err != nil || id == "" && code == "" || ids[id] && id != "" {
			t.Errorf("%s: id %q is no number, is there twice, or is blank beside a blank code", name, id)
		}
		ids[id] = true
		if name == "" || !isASCII(name) || !isASCII(code) || row[4] == "" {
			t.Errorf("%q: name or source is blank, or not ASCII", row)
		}
		for _, word := range strings.Split(code+"|"+name+"|"+others, "|") {
			if owner := owners[fold(word)]; owner != "" {
				t.Errorf("%q is both %q and %q", word, owner, name)
			}
			if word != "" {
				owners[fold(word)] = name
			}
		}
	}
}

func TestRegions(t *testing.T) {
	for _, test := range []struct{ id, name, wantID, wantName string }{
		{"1", "华南地区（广州）", "ap-guangzhou", "South China (Guangzhou)"},
		{"1", "", "ap-guangzhou", "South China (Guangzhou)"},
		{"", "South China (Guangzhou)", "ap-guangzhou", "South China (Guangzhou)"},
		{"", "East China\u00a0(Shanghai)", "ap-shanghai", "East China (Shanghai)"},
		{"", "亚太和中东（新加坡）", "ap-singapore", "Southeast Asia (Singapore)"},
		{"ap-singapore", "", "ap-singapore", "Southeast Asia (Singapore)"},
		{"", "港澳台地区（中国香港）", "ap-hongkong", "Hong Kong/Macao/Taiwan (China) (Hong Kong (China))"},
		{"", "Hong Kong/Macao/Taiwan (China) (Hong Kong)", "ap-hongkong", "Hong Kong/Macao/Taiwan (China) (Hong Kong (China))"},
		{"", "Europe and Americas (São Paulo)", "sa-saopaulo", "South America (Sao Paulo)"},
		{"1001", "亚太地区（亚太一区）", "1001", "Asia Pacific Zone 1"},
		{"123456", "Atlantis (Poseidon)", "123456", "Atlantis (Poseidon)"},
		{"123456", "", "123456", "123456"},
		{"0", "", "", ""}, {"0", "其他", "", ""}, {"47", "其他地区（其他）", "", ""}, {"", "", "", ""}, {"0", "Others", "", ""},
	} {
		c := charges(t, line(t, map[Field]string{RegionID: test.id, RegionName: test.name, ZoneName: "", RealCost: "1"}))[0]
		if c.RegionId != test.wantID || c.RegionName != test.wantName {
			t.Errorf("%q %q: %q %q, want %q %q", test.id, test.name, c.RegionId, c.RegionName, test.wantID, test.wantName)
		}
		if id, name := c.Extra[extraIndex("x_RegionId")], c.Extra[extraIndex("x_Region")]; id != test.id || name != test.name {
			t.Errorf("%q %q: the custom columns have %q %q", test.id, test.name, id, name)
		}
	}
}

func TestZones(t *testing.T) {
	for _, test := range []struct{ region, zone, want string }{
		{"1", "广州二区", "ap-guangzhou-2"},
		{"1", "Guangzhou Zone 10", "ap-guangzhou-10"},
		{"", "广州十二区", "ap-guangzhou-12"},
		{"", "上海十区", "ap-shanghai-10"},
		{"11", "深圳金融一区", "ap-shenzhen-fsi-1"},
		{"", "Hong Kong Zone 2", "ap-hongkong-2"},
		{"101", "利雅得一区", "me-saudi-arabia-1"},
		{"1", "ap-guangzhou-2", "ap-guangzhou-2"},
		{"1", "上海二区", "上海二区"}, // not the line's region
		{"1", "Zone 1", "Zone 1"},
		{"1", "随机可用区", "随机可用区"},
		{"1", "200001", "200001"},
		{"1", "Guangzhou Zone B", "Guangzhou Zone B"},
		{"1", "其他", ""}, {"1", "", ""},
	} {
		c := charges(t, line(t, map[Field]string{RegionID: test.region, RegionName: "", ZoneName: test.zone, RealCost: "1"}))[0]
		if c.AvailabilityZone != test.want {
			t.Errorf("%s in %q: %q, want %q", test.zone, test.region, c.AvailabilityZone, test.want)
		}
	}
}
