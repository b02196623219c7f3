package hapi;

import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.IDaoRegistry;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.config.HibernatePropertiesProvider;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.config.util.ResourceCountCacheUtil;
import ca.uhn.fhir.jpa.dao.FulltextSearchSvcImpl;
import ca.uhn.fhir.jpa.dao.IFulltextSearchSvc;
import ca.uhn.fhir.jpa.dao.search.HSearchSortHelperImpl;
import ca.uhn.fhir.jpa.dao.search.IHSearchSortHelper;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.provider.DaoRegistryResourceSupportedSvc;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.search.IStaleSearchDeletingSvc;
import ca.uhn.fhir.jpa.search.StaleSearchDeletingSvcImpl;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.jpa.util.ResourceCountCache;
import ca.uhn.fhir.rest.api.IResourceSupportedSvc;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.interceptor.RequestValidatingInterceptor;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import ca.uhn.fhir.validation.IValidatorModule;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.hibernate.dialect.Dialect;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.web.embedded.EmbeddedWebServerFactoryCustomizerAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/**
 * HAPI FHIR's JPA server, R4, on the loopback interface, its database in memory.
 *
 * <p>{@code java [-Dport=8080] [-Dstrict=true] [-DmultipleDelete=true] [-Ddb=jdbc:h2:...] -jar hapi.jar}
 *
 * <p>Port 0 takes any free port. Prints {@code ready BASE} once it answers. As it comes it reads
 * leniently: what R4 does not know is dropped, and the answer is 201 all the same. With
 * {@code strict} requests are validated first, and what is invalid gets 422.
 */
@Configuration
@EnableTransactionManagement
@ImportAutoConfiguration({ServletWebServerFactoryAutoConfiguration.class, EmbeddedWebServerFactoryCustomizerAutoConfiguration.class})
@Import({JpaR4Config.class, ThreadPoolFactoryConfig.class, JpaBatch2Config.class, Batch2JobsConfig.class,
    SubscriptionChannelConfig.class})
public class Server {

  public static void main(String[] args) {
    SpringApplication app = new SpringApplication(Server.class);
    app.setDefaultProperties(Map.of(
        "server.port", System.getProperty("port", "8080"),
        "server.address", "127.0.0.1",
        "server.tomcat.relaxed-query-chars", "|",
        "spring.main.banner-mode", "off",
        "spring.main.allow-circular-references", "true"));
    String port = app.run(args).getEnvironment().getProperty("local.server.port");
    System.out.println("ready http://127.0.0.1:" + port + "/fhir");
  }

  @Bean DataSource dataSource() {
    BasicDataSource ds = new BasicDataSource();
    ds.setUrl(System.getProperty("db", "jdbc:h2:mem:hapi;DB_CLOSE_DELAY=-1"));
    ds.setUsername("sa");
    ds.setPassword("");
    ds.setMaxTotal(20);
    return ds;
  }

  @Bean @Primary LocalContainerEntityManagerFactoryBean entityManagerFactory(
      ConfigurableListableBeanFactory beans, FhirContext ctx, JpaStorageSettings settings, DataSource ds) {
    LocalContainerEntityManagerFactoryBean emf =
        HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, ctx, settings);
    emf.setPersistenceUnitName("hapi");
    emf.setDataSource(ds);
    Properties p = new Properties();
    p.put("hibernate.dialect", HapiFhirH2Dialect.class.getName());
    p.put("hibernate.hbm2ddl.auto", "update");
    p.put("hibernate.jdbc.batch_size", "20");
    p.put("hibernate.search.enabled", "false");
    emf.setJpaProperties(p);
    return emf;
  }

  @Bean @Primary JpaTransactionManager transactionManager(EntityManagerFactory emf) {
    return new JpaTransactionManager(emf);
  }

  @Bean @Primary HibernatePropertiesProvider hibernateProperties() {
    Dialect h2 = new HapiFhirH2Dialect();
    return new HibernatePropertiesProvider() {
      @Override public Dialect getDialect() { return h2; }
    };
  }

  @Bean JpaStorageSettings storageSettings() {
    JpaStorageSettings s = new JpaStorageSettings();
    s.setAllowMultipleDelete(Boolean.getBoolean("multipleDelete"));
    s.setExpungeEnabled(true);
    return s;
  }

  @Bean PartitionSettings partitionSettings() { return new PartitionSettings(); }
  @Bean SubscriptionSettings subscriptionSettings() { return new SubscriptionSettings(); }
  @Bean IFulltextSearchSvc fullTextSearchSvc() { return new FulltextSearchSvcImpl(); }
  @Bean IStaleSearchDeletingSvc staleSearchDeletingSvc() { return new StaleSearchDeletingSvcImpl(); }
  @Bean DatabaseBackedPagingProvider pagingProvider() { return new DatabaseBackedPagingProvider(); }
  @Bean IHSearchSortHelper sortHelper(ISearchParamRegistry r) { return new HSearchSortHelperImpl(r); }
  @Bean IResourceSupportedSvc resourceSupportedSvc(IDaoRegistry r) { return new DaoRegistryResourceSupportedSvc(r); }
  @Bean("myResourceCountsCache") ResourceCountCache counts(IFhirSystemDao<?, ?> dao) {
    return ResourceCountCacheUtil.newResourceCountCache(dao);
  }

  @Bean RestfulServer restfulServer(IFhirSystemDao<?, ?> dao, FhirContext ctx, JpaStorageSettings settings,
      ResourceProviderFactory resources, IJpaSystemProvider system, ISearchParamRegistry params,
      IValidationSupport support, DatabaseBackedPagingProvider paging, IValidatorModule validator) {
    RestfulServer server = new RestfulServer(ctx);
    server.registerProviders(resources.createProviders());
    server.registerProvider(system);
    server.setServerConformanceProvider(new JpaCapabilityStatementProvider(server, dao, settings, params, support));
    server.setPagingProvider(paging);
    if (Boolean.getBoolean("strict")) {
      RequestValidatingInterceptor v = new RequestValidatingInterceptor();
      v.setValidatorModules(List.of(validator));
      server.registerInterceptor(v);
    }
    return server;
  }

  @Bean ServletRegistrationBean<RestfulServer> fhir(RestfulServer server) {
    ServletRegistrationBean<RestfulServer> b = new ServletRegistrationBean<>(server, "/fhir/*");
    b.setLoadOnStartup(1);
    return b;
  }
}
