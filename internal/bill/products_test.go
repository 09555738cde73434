package bill

import (
	"regexp"
	"strings"
	"testing"

	"deliverd/internal/focus"
)

func TestProductTable(t *testing.T) {
	rows := tableRows(productsCSV)
	if len(rows) < 150 {
		t.Errorf("%d products, want at least 150", len(rows))
	}
	parents := focus.SubcategoryParents()
	owners := map[string]string{}
	for _, row := range rows {
		codes, name, category, subcategory, resourceType, others, source := row[0], row[1], row[2], row[3], row[4], row[5], row[6]
		if parents[subcategory] != category {
			t.Errorf("%s: subcategory %q is none of %q", name, subcategory, category)
		}
		for what, text := range map[string]string{"name": name, "resource type": resourceType, "source": source} {
			if text == "" || !isASCII(text) || text != strings.TrimSpace(text) {
				t.Errorf("%s: %s %q is blank or not ASCII", name, what, text)
			}
		}
		for _, word := range strings.Split(codes+"|"+name+"|"+others, "|") {
			if owner := owners[fold(word)]; owner != "" && owner != name {
				t.Errorf("%q is both %q and %q", word, owner, name)
			}
			if word != "" {
				owners[fold(word)] = name
			}
		}
	}
}

// TestProductsOfExamples finds what the provider's documentation shows in its
// examples, by code and by name alone.
func TestProductsOfExamples(t *testing.T) {
	table := productTable()
	for _, example := range []struct{ code, name, want string }{
		{"p_edgeone", "边缘安全加速平台", "Tencent Cloud EdgeOne"},
		{"p_smh", "智能媒资托管", "Smart Media Hosting (SMH)"},
		{"p_coding_devops", "CODING DevOps", "CODING DevOps"},
		{"p_pstn", "号码保护", "Number Protection (NPP)"},
		{"p_dsa", "全球IP应用加速", "Enterprise Content Delivery Network (ECDN)"},
		{"p_dsa", "全站加速网络ECDN", "Enterprise Content Delivery Network (ECDN)"},
		{"p_soccloud", "云安全中心", "Cloud Security Center (CSC)"},
		{"p_ckafka", "Message Queue CKafka", "Message Queue CKafka"},
		{"p_ckafka", "CKafka Message Service", "Message Queue CKafka"},
		{"p_cvm", "Cloud Virtual Machine(CVM)", "Cloud Virtual Machine (CVM)"},
		{"p_cvm", "云服务器CVM", "Cloud Virtual Machine (CVM)"},
		{"p_cdh", "CVM Dedicated Host", "CVM Dedicated Host (CDH)"},
		{"p_cbs", "cloud block storage", "Cloud Block Storage (CBS)"},
		{"p_cdn", "内容分发网络 CDN", "Content Delivery Network (CDN)"},
		{"p_clb", "Cloud Load Balancer (CLB)", "Cloud Load Balancer (CLB)"},
		{"p_cls", "Cloud Log Service (CLS)", "Cloud Log Service (CLS)"},
		{"p_cos", "Cloud Object Storage", "Cloud Object Storage (COS)"},
		{"p_cos", "COS 对象存储", "Cloud Object Storage (COS)"},
		{"p_eip", "Cloud Public IP", "Elastic IP (EIP)"},
		{"p_emr", "Elastic MapReduce", "Elastic MapReduce (EMR)"},
		{"p_nat", "NAT网关", "NAT Gateway"},
		{"p_nat", "NAT Gateway", "NAT Gateway"},
		{"p_tencentmeeting_saas", "VooV Meeting (SAAS Edition)", "VooV Meeting (SAAS Edition)"},
		{"p_yunjing", "T-Sec CWPP (CWP)", "Cloud Workload Protection Platform (CWPP)"},
	} {
		for _, word := range []string{example.code, example.name} {
			if p := table.find(word); p == nil || p.name != example.want {
				t.Errorf("%q is %+v, want %q", word, p, example.want)
			}
		}
	}
}

// TestCodesHaveEvidence: a code stands in the table only where public text
// shows it, and the first thing that Source names is that text. What shows
// names alone (product pages, lists of products and icons) is none.
func TestCodesHaveEvidence(t *testing.T) {
	form := regexp.MustCompile(`^(p_|sp_)[a-z0-9]+(_[a-z0-9]+)*$`)
	evidence := regexp.MustCompile(`^(tccli [a-z]+ [A-Z]|tencentcloud-sdk [a-z]+ [A-Z]|\d+/\d+|console |terraform-provider |tencentcloud_\w+ module for |CodeBuddy |third-party )`)
	seen := map[string]bool{"": true}
	for _, row := range tableRows(productsCSV) {
		codes, name, source := row[0], row[1], row[6]
		if codes == "" {
			continue
		}
		for _, code := range strings.Split(codes, "|") {
			if !form.MatchString(code) && code != "billVirtualId" || seen[code] {
				t.Errorf("%s: code %q is none of the provider's, or is there twice", name, code)
			}
			seen[code] = true
		}
		if !evidence.MatchString(source) {
			t.Errorf("%s: nothing shows the code %s: %q", name, codes, source)
		}
	}
}

// TestProductsOfSubproducts has the pairs of codes that public texts show side
// by side, and codes of sub-products whose product's code none of them shows.
func TestProductsOfSubproducts(t *testing.T) {
	for sub, want := range map[string]string{
		"sp_011691_tke_hn_c4":               "p_011691",
		"sp_ai_image_huiyan_idbankcard":     "p_ai_image_huiyan",
		"sp_cbs_premium":                    "p_cbs",
		"sp_ccc_valueadded_fee":             "p_ccc",
		"sp_cdb_master":                     "p_cdb",
		"sp_cdn_ov":                         "p_cdn",
		"sp_cds_dasb_bh_saas_pro":           "p_cds_dasb",
		"sp_cfs_ssu":                        "p_cfs",
		"sp_ci_pkg_im_com":                  "p_ci",
		"sp_ckafka_profession":              "p_ckafka",
		"sp_cloudfirewall_svv1":             "p_cloudfirewall",
		"sp_cls":                            "p_cls",
		"sp_cos_pkg_std_new":                "p_cos",
		"sp_cvm_s5":                         "p_cvm",
		"sp_cynosdb_mysql":                  "p_cynosdb",
		"sp_dsa_gipa":                       "p_dsa",
		"sp_eip":                            "p_eip",
		"sp_eks_standard_pod":               "p_eks",
		"sp_gstor_stor_pkg_mon":             "p_gstor",
		"sp_kms_pg":                         "p_kms",
		"sp_lighthouse_disk":                "p_lighthouse",
		"sp_lighthousedb_mysql":             "p_lighthousedb",
		"sp_mongodb_replica":                "p_mongodb",
		"sp_nat":                            "p_nat",
		"sp_rav_audio_video":                "p_rav",
		"sp_redis_single":                   "p_redis",
		"sp_soccloud_cnsc":                  "p_soccloud",
		"sp_sqlserver_dual_exclusive_cloud": "p_sqlserver",
		"sp_tcaca_codebuddy_ide":            "p_tcaca",
		"sp_tcb_basic":                      "p_tcb",
		"sp_tcb_mp_cloudbase_dau":           "p_tcb_mp",
		"sp_tchouse_x_v2":                   "p_tchouse_x",
		"sp_tencentmeeting_saas_prov2":      "p_tencentmeeting_saas",
		"sp_wsm_waf_premium_clb":            "p_wsm_waf",
		"sp_yunjing_vip":                    "p_yunjing",
		"sp_cds_dsgc_pre":                   "sp_cds_dsgc_pre",
		"sp_es_io2":                         "sp_es_io2",
		"sp_tsearch_io2":                    "sp_tsearch_io2",
		"sp_cds":                            "",
		"sp_cvmx":                           "",
		"sp_":                               "",
		"cvm":                               "",
		"-":                                 "",
		"":                                  "",
	} {
		if got := codeOfSubproduct(sub); got != want {
			t.Errorf("%q is of %q, want %q", sub, got, want)
		}
	}
}

// TestServiceBySubproduct: the sub-product's code names the service of a line
// that has no product code and no known name, and of no other.
func TestServiceBySubproduct(t *testing.T) {
	for _, test := range []struct {
		name                                      string
		code, product, subcode, subproduct        string
		wantService, wantSubcategory, wantUnknown string
	}{
		{"by its product's code", "", "", "sp_wsm_waf_premium", "", "Web Application Firewall (WAF)", "Network Security", ""},
		{"a name not known", "", "Web应用安全网关", "sp_wsm_waf_premium", "高级版", "Web Application Firewall (WAF)", "Network Security", ""},
		{"by its own code", "", "", "sp_es_logstash", "", "Elasticsearch Service (ES)", "Search", ""},
		{"the name is known", "", "Cloud Block Storage", "sp_cvm_s5", "", "Cloud Block Storage (CBS)", "Block Storage", ""},
		{"the product code is not known", "p_new", "", "sp_cvm_s5", "CVM Standard S5", "CVM Standard S5", "Other (Other)", "p_new (CVM Standard S5)"},
		{"neither is known", "", "", "sp_new_small", "", "sp_new_small", "Other (Other)", "sp_new_small"},
	} {
		m := november(t)
		l := line(t, map[Field]string{BusinessCode: test.code, BusinessName: test.product, ProductCode: test.subcode, ProductName: test.subproduct, RealCost: "1"})
		err := m.Charges(l, func(c *focus.Charge) error {
			if c.ServiceName != test.wantService || c.ServiceSubcategory != test.wantSubcategory {
				t.Errorf("%s: %q, %q, want %q, %q", test.name, c.ServiceName, c.ServiceSubcategory, test.wantService, test.wantSubcategory)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(m.UnknownProducts(), ", "); got != test.wantUnknown {
			t.Errorf("%s: unknown %q, want %q", test.name, got, test.wantUnknown)
		}
	}
}
