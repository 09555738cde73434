package sample

import "strings"

// name is a name in the two languages of the provider.
type name struct{ en, zh string }

func (n name) in(chinese bool) string {
	if chinese {
		return n.zh
	}
	return n.en
}

// trait is what a product can be sold as.
type trait uint8

const (
	anyProduct trait = iota
	reservable       // as a subscription, and covered by reserved instances and savings plans
	packaged         // its usage can be deducted from resource packages
)

type product struct {
	code, sub string
	name      name
	subName   name
	prefix    string // of resource ids
	trait     trait
	anywhere  bool // sold without a region
	parts     []component
}

// component is what a product is charged for.
type component struct {
	code, item         string
	codeName, itemName name
	price              e8
	unit               *unit
}

// unit is how a component is measured and priced.
type unit struct {
	price, used, time name
	per               int64 // the price is for so many
	least, most       e8    // of a usual usage
	step              e8
}

var (
	month = name{"Month", "月"}
	hour  = name{"Hour", "小时"}
	units = map[string]*unit{
		"h":     {name{"/Unit/Hour", "/个/小时"}, name{"Unit", "个"}, hour, 1, one, 8 * one, one},
		"core":  {name{"/Core/Hour", "/核/小时"}, name{"Core", "核"}, hour, 1, 2 * one, 64 * one, 2 * one},
		"gbh":   {name{"/GB/Hour", "/GB/小时"}, name{"GB", "GB"}, hour, 1, 10 * one, 2000 * one, 10 * one},
		"mbps":  {name{"/Mbps/Hour", "/Mbps/小时"}, name{"Mbps", "Mbps"}, hour, 1, one, 200 * one, one},
		"100":   {name{"/100 Units/Hour", "/100个/小时"}, name{"Unit", "个"}, hour, 100, 10 * one, 900 * one, one},
		"gb":    {name{"/GB", "/GB"}, name{"GB", "GB"}, name{"", ""}, 1, one / 100, 4000 * one, one / 1e6},
		"gbm":   {name{"/GB/Month", "/GB/月"}, name{"GB", "GB"}, month, 1, one, 30000 * one, one / 1e4},
		"10k":   {name{"/10,000 Requests", "/万次"}, name{"Request", "次"}, name{"", ""}, 10_000, 100 * one, 9_000_000 * one, one},
		"1m":    {name{"/1 Million Tokens", "/百万 Tokens"}, name{"Token", "Token"}, name{"", ""}, 1_000_000, 1000 * one, 80_000_000 * one, one},
		"each":  {name{"/Time", "/次"}, name{"Time", "次"}, name{"", ""}, 1, one, 500 * one, one},
		"month": {name{"/Unit/Month", "/个/月"}, name{"Unit", "个"}, month, 1, one, 4 * one, one},
	}
)

// products reads the catalog: a product line starts at the margin, its
// components are indented.
func products() []product {
	var list []product
	for line := range strings.Lines(catalog) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		switch {
		case len(cells) < 5:
		case !strings.HasPrefix(line, " "):
			list = append(list, product{
				code: cells[0], name: name{cells[1], cells[2]}, sub: cells[3], subName: name{cells[4], cells[5]}, prefix: cells[6],
				trait:    map[string]trait{"reservable": reservable, "packaged": packaged}[cells[7]],
				anywhere: cells[7] == "anywhere" || len(cells) > 8,
			})
		default:
			p := &list[len(list)-1]
			p.parts = append(p.parts, component{
				code: cells[0], item: cells[0] + "_" + strings.TrimPrefix(p.sub, "sp_"), codeName: name{cells[1], cells[2]},
				itemName: name{p.subName.en + "-" + cells[1], p.subName.zh + "-" + cells[2]},
				price:    price(cells[3]), unit: units[cells[4]],
			})
		}
	}
	return list
}

func price(text string) e8 {
	whole, fraction, _ := strings.Cut(text, ".")
	var p e8
	for _, digit := range whole + fraction + strings.Repeat("0", 8-len(fraction)) {
		p = p*10 + e8(digit-'0')
	}
	return p
}

// The prices are invented.
const catalog = `
p_cvm|Cloud Virtual Machine (CVM)|云服务器CVM|sp_cvm_s2|CVM Standard S2|云服务器CVM-标准型S2|ins-|reservable
 v_cvm_compute|Compute|运算组件|0.0345|core
 v_cvm_bandwidth|Bandwidth|带宽|0.0105|mbps
p_cvm|Cloud Virtual Machine (CVM)|云服务器CVM|sp_cvm_s5|CVM Standard S5|云服务器CVM-标准型S5|ins-|reservable
 v_cvm_compute|Compute|运算组件|0.02987654|core
 v_cvm_sysdisk|System disk|系统盘|0.000097|gbh
p_cvm|Cloud Virtual Machine (CVM)|云服务器CVM|sp_cvm_gn7|CVM GPU, GN7|云服务器CVM-GPU型GN7|ins-|reservable
 v_cvm_gpu|GPU compute|GPU运算组件|1.12345678|h
 v_cvm_memory|Memory|内存|0.0041|gbh
p_cbs|Cloud Block Storage (CBS)|云硬盘CBS|sp_cbs_premium|Premium Cloud Disk|高性能云硬盘|disk-|
 v_cbs_size|Volume size|云硬盘大小|0.00007083|gbh
 v_cbs_snapshot|Snapshot size|快照大小|0.0000361|gbh
p_cbs|Cloud Block Storage (CBS)|云硬盘CBS|sp_cbs_ssd|SSD Cloud Disk|SSD云硬盘|disk-|
 v_cbs_size|Volume size|云硬盘大小|0.00013194|gbh
p_cos|Cloud Object Storage (COS)|对象存储COS|sp_cos_standard|COS Standard|对象存储-标准存储|cos-|packaged
 v_cos_storage|Storage|存储容量|0.024|gbm
 v_cos_requests|Requests|请求次数|0.01|10k
 v_cos_traffic|Internet downstream traffic|外网下行流量|0.1|gb
 v_cos_replication|Cross-region replication traffic|跨地域复制流量|0.077|gb
p_cos|Cloud Object Storage (COS)|对象存储COS|sp_cos_archive|COS Archive|对象存储-归档存储|cos-|packaged
 v_cos_storage|Storage|存储容量|0.0045|gbm
 v_cos_retrieval|Data retrieval|数据取回|0.0087|gb
p_cdn|Content Delivery Network (CDN)|内容分发网络CDN|sp_cdn_flow|CDN traffic|CDN流量|cdn-|packaged|anywhere
 v_cdn_flow|Traffic|流量|0.0345|gb
 v_cdn_https|HTTPS requests|HTTPS请求数|0.0072|10k
p_edgeone|EdgeOne|边缘安全加速平台EO|sp_eo_basic|EdgeOne Basic|EdgeOne基础版|zone-|packaged|anywhere
 v_eo_flow|Security acceleration traffic|安全加速流量|0.0567|gb
 v_eo_requests|Requests|请求数|0.0119|10k
p_nat|NAT Gateway|NAT网关|sp_nat|NAT Gateway|NAT网关|nat-|
 v_nat_hour_instance|Instance|实例|0.5|100
 v_nat_flow|Traffic processed|流量处理|0.0121|gb
p_clb|Cloud Load Balancer (CLB)|负载均衡CLB|sp_clb_public|CLB public network|负载均衡-公网|lb-|
 v_clb_instance|Instance|实例|0.0083|h
 v_clb_lcu|LCU|性能容量单位|0.0079|h
 v_clb_flow|Traffic|流量|0.08|gb
p_eip|Elastic IP (EIP)|弹性公网IP|sp_eip|EIP|弹性公网IP|eip-|
 v_eip_idle|Idle fee|闲置费|0.03|h
 v_eip_flow|Traffic|流量|0.0834|gb
p_vpn|VPN Connections|VPN连接|sp_vpn_ipsec|IPsec VPN gateway|IPsec VPN网关|vpngw-|
 v_vpn_gateway|Gateway bandwidth|网关带宽|0.1|mbps
p_ccn|Cloud Connect Network (CCN)|云联网CCN|sp_ccn_inter|CCN, inter-region|云联网-跨地域|ccn-|
 v_ccn_bandwidth|Inter-region bandwidth|跨地域带宽|0.0812|mbps
 v_ccn_flow|Inter-region traffic|跨地域流量|0.0913|gb
p_cdb|TencentDB for MySQL|云数据库MySQL|sp_cdb_ha|MySQL two-node|云数据库MySQL-双节点|cdb-|reservable
 v_cdb_cpu|CPU|CPU|0.0611|core
 v_cdb_memory|Memory|内存|0.0189|gbh
 v_cdb_backup|Backup space|备份空间|0.00012|gbh
p_postgres|TencentDB for PostgreSQL|云数据库PostgreSQL|sp_pg_ha|PostgreSQL two-node|云数据库PostgreSQL-双机高可用|postgres-|reservable
 v_pg_cpu|CPU|CPU|0.0599|core
 v_pg_storage|Storage|存储|0.000221|gbh
p_redis|TencentDB for Redis|云数据库Redis|sp_redis_std|Redis standard|云数据库Redis-标准架构|crs-|reservable
 v_redis_memory|Memory|内存|0.0328|gbh
p_mongodb|TencentDB for MongoDB|云数据库MongoDB|sp_mongo_rs|MongoDB replica set|云数据库MongoDB-副本集|cmgo-|
 v_mongo_node|Node|节点|0.219|h
 v_mongo_disk|Disk|磁盘|0.000183|gbh
p_tdsql|TDSQL-C for MySQL|云原生数据库TDSQL-C|sp_tdsqlc_serverless|TDSQL-C Serverless|TDSQL-C Serverless|cynosdb-|
 v_tdsqlc_ccu|CCU|算力单元|0.00003321|h
 v_tdsqlc_storage|Storage|存储|0.00045|gbh
p_tke|Tencent Kubernetes Engine (TKE)|容器服务TKE|sp_tke_managed|TKE managed cluster|容器服务-托管集群|cls-|
 v_tke_cluster|Cluster management|集群管理|0.02|h
p_tke|Tencent Kubernetes Engine (TKE)|容器服务TKE|sp_tke_eks|TKE Serverless|容器服务-Serverless|eks-|
 v_eks_cpu|CPU|CPU|0.0378|core
 v_eks_memory|Memory|内存|0.0075|gbh
p_scf|Serverless Cloud Function (SCF)|云函数SCF|sp_scf|SCF|云函数|lam-|packaged
 v_scf_invocations|Invocations|调用次数|0.002|10k
 v_scf_outflow|Outbound traffic|外网出流量|0.12|gb
p_apigw|API Gateway|API网关|sp_apigw_shared|API Gateway, shared|API网关-共享型|apigw-|packaged
 v_apigw_calls|Calls|调用次数|0.0155|10k
p_cls|Cloud Log Service (CLS)|日志服务CLS|sp_cls_std|CLS standard|日志服务-标准存储|topic-|
 v_cls_write|Write traffic|写流量|0.032|gb
 v_cls_index|Index traffic|索引流量|0.0553|gb
 v_cls_storage|Log storage|日志存储|0.00216|gb
p_ckafka|TDMQ for CKafka|消息队列CKafka|sp_ckafka_pro|CKafka Pro|CKafka专业版|ckafka-|
 v_ckafka_bandwidth|Peak bandwidth|峰值带宽|0.0371|mbps
 v_ckafka_disk|Disk|磁盘|0.0000927|gbh
p_es|Elasticsearch Service|Elasticsearch Service|sp_es_platinum|ES Platinum|ES白金版|es-|
 v_es_node|Node|节点|0.331|h
 v_es_disk|Disk|磁盘|0.000131|gbh
p_emr|Elastic MapReduce (EMR)|弹性MapReduce|sp_emr_hadoop|EMR Hadoop|EMR-Hadoop|emr-|
 v_emr_core|Core node|Core节点|0.227|h
 v_emr_task|Task node|Task节点|0.113|h
p_waf|Web Application Firewall (WAF)|Web应用防火墙|sp_waf_saas|WAF SaaS|SaaS型WAF|waf-||anywhere
 v_waf_qps|QPS|QPS|0.0213|100
p_ddos|Anti-DDoS|DDoS防护|sp_ddos_adv|Anti-DDoS Advanced|DDoS高防IP|bgpip-|
 v_ddos_bandwidth|Elastic protection bandwidth|弹性防护带宽|0.517|mbps
p_sms|Short Message Service (SMS)|短信SMS|sp_sms_intl|SMS, international|国际短信|sms-|packaged|anywhere
 v_sms_messages|Messages|短信条数|0.0462|each
p_live|Cloud Streaming Services (CSS)|云直播CSS|sp_live_flow|CSS traffic|直播流量|live-|packaged|anywhere
 v_live_flow|Traffic|流量|0.0412|gb
 v_live_transcode|Transcoding|转码|0.0049|each
p_vod|Video on Demand (VOD)|云点播VOD|sp_vod_std|VOD|云点播|vod-|packaged|anywhere
 v_vod_storage|Storage|存储|0.0262|gbm
 v_vod_flow|Acceleration traffic|加速流量|0.0389|gb
p_trtc|Real-Time Communication (TRTC)|实时音视频TRTC|sp_trtc_hd|TRTC HD|实时音视频-高清|trtc-|packaged|anywhere
 v_trtc_hd|HD video|高清视频|0.00327|each
 v_trtc_audio|Voice|语音|0.00099|each
p_hunyuan|Hunyuan|腾讯混元大模型|sp_hunyuan_pro|Hunyuan Pro|混元-Pro|hy-|packaged|anywhere
 v_hy_input|Input tokens|输入Token|0.5512|1m
 v_hy_output|Output tokens|输出Token|1.6537|1m
p_kms|Key Management Service (KMS)|密钥管理系统KMS|sp_kms|KMS|密钥管理系统|kms-|
 v_kms_key|Key|密钥|0.00138889|h
 v_kms_calls|Calls|调用次数|0.0423|10k
p_cfs|Cloud File Storage (CFS)|文件存储CFS|sp_cfs_std|CFS Standard|文件存储-标准型|cfs-|packaged
 v_cfs_storage|Storage|存储容量|0.000486|gbh
p_tdmq|TDMQ for Pulsar|消息队列Pulsar版|sp_pulsar|Pulsar|消息队列Pulsar版|pulsar-|
 v_pulsar_api|API calls|API调用|0.0093|10k
 v_pulsar_storage|Storage|存储|0.0000891|gbh
`
